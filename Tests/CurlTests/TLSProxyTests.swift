// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTP
import Scripted
import Testing

@testable import Curl

/// `openssl s_server` is the proxy: it receives the GET request for an http URL itself.
@Suite(
    .timeLimit(.minutes(2)),
    .enabled(if: TLSAuthority.isAvailable, "needs the openssl command to make certificates and serve them"))
struct TLSProxyTests {
    @Test func `the CA bundle of the options applies to an https proxy`() async {
        await #expect(processExitsWith: .success) {
            let authority = try await TLSAuthority()
            let proxy = try await TLSServer(authority, .good)
            setenv("http_proxy", proxy.url.rendered, 1)
            let request = Request(.get, HTTP.URL(.http, host: "somewhere.invalid"))
            var trusting = CurlOptions()
            trusting.caBundle = authority.bundle
            try #require(try await CurlTransport(trusting).send(request).status == 200)
            let untrusting = try CurlTransport()
            let error = try await #require(throws: TransportError.self) {
                try await untrusting.send(request)
            }
            try #require(error.kind == .tls)
        }
    }

    /// OpenSSL of the distribution refuses TLS 1.1 as well; a configuration of this process allows it.
    @Test func `an https proxy below TLS 1_2 is refused`() async {
        await #expect(processExitsWith: .success) {
            let authority = try await TLSAuthority()
            try authority.allowOldTLS()
            let proxy = try await TLSServer(
                authority, .good, options: ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
            setenv("http_proxy", proxy.url.rendered, 1)
            var trusting = CurlOptions()
            trusting.caBundle = authority.bundle
            let transport = try CurlTransport(trusting)
            let request = Request(.get, HTTP.URL(.http, host: "somewhere.invalid"))
            let error = try await #require(throws: TransportError.self) {
                try await transport.send(request)
            }
            try #require(error.kind == .tls)
        }
    }
}
