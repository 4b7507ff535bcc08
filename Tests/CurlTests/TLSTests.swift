// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTP
import Scripted
import Testing

@testable import Curl

@Suite(
    .timeLimit(.minutes(2)),
    .enabled(if: TLSAuthority.isAvailable, "needs the openssl command to make certificates and serve them"))
struct TLSTests {
    let authority: TLSAuthority

    init() async throws { authority = try await TLSAuthority() }

    private func transport(trusting bundle: String?) throws -> CurlTransport {
        var options = CurlOptions()
        options.caBundle = bundle
        return try CurlTransport(options)
    }

    private func failure(
        _ certificate: TLSAuthority.Certificate, trusted: Bool = true, options: [String] = []
    ) async throws -> TransportError {
        let server = try await TLSServer(authority, certificate, options: options)
        let transport = try transport(trusting: trusted ? authority.bundle : nil)
        let error = await #expect(throws: TransportError.self) {
            try await transport.send(Request(.get, server.url))
        }
        return try #require(error)
    }

    @Test func `a trusted certificate with the right name is accepted`() async throws {
        let server = try await TLSServer(authority, .good)
        let transport = try transport(trusting: authority.bundle)
        let response = try await transport.send(Request(.get, server.url))
        #expect(response.status == 200)
        #expect(String(decoding: response.body, as: UTF8.self).contains("TLSv1.3"))
    }

    @Test(arguments: ["AWS_CA_BUNDLE", "CURL_CA_BUNDLE", "SSL_CERT_FILE"])
    func `a CA bundle of the environment is trusted`(variable: String) async throws {
        let server = try await TLSServer(authority, .good)
        let named = CurlOptions().completed(from: [variable: authority.bundle, "CURL_CA_BUNDLE_": "x"])
        #expect(try await CurlTransport(named).send(Request(.get, server.url)).status == 200)
    }

    @Test(arguments: [TLSAuthority.Certificate.wrongName, .expired])
    func `a certificate with another name or an expired one is refused`(certificate: TLSAuthority.Certificate)
        async throws
    {
        let error = try await failure(certificate)
        #expect(error.kind == .tls, "\(error)")
        #expect(error.phase == .connecting)
    }

    @Test func `a certificate of an unknown authority is refused`() async throws {
        let error = try await failure(.good, trusted: false)
        #expect(error.kind == .tls, "\(error)")
        #expect(error.phase == .connecting)
    }

    @Test func `TLS 1_2 is accepted and 1_1 is not`() async throws {
        let server = try await TLSServer(authority, .good, options: ["-tls1_2"])
        let transport = try transport(trusting: authority.bundle)
        #expect(try await transport.send(Request(.get, server.url)).status == 200)
        let error = try await failure(.good, options: ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"])
        #expect(error.kind == .tls, "\(error)")
    }

    /// OpenSSL of the distribution refuses TLS 1.1 as well; a configuration of this process allows it.
    @Test func `TLS 1_1 is refused even where OpenSSL allows it`() async {
        await #expect(processExitsWith: .success) {
            let authority = try await TLSAuthority()
            try authority.allowOldTLS()
            let options = ["-tls1_1", "-cipher", "ALL:@SECLEVEL=0"]
            let server = try await TLSServer(authority, .good, options: options)
            var trusting = CurlOptions()
            trusting.caBundle = authority.bundle
            let transport = try CurlTransport(trusting)
            let error = try await #require(throws: TransportError.self) {
                try await transport.send(Request(.get, server.url))
            }
            try #require(error.kind == .tls)
        }
    }

    @Test func `a CA bundle without certificates ends a request with a TLS error`() async throws {
        let server = try await TLSServer(authority, .good)
        let junk = authority.folder + "/junk.pem"
        try "no certificate\n".write(toFile: junk, atomically: true, encoding: .utf8)
        let transport = try transport(trusting: junk)
        let error = await #expect(throws: TransportError.self) {
            try await transport.send(Request(.get, server.url))
        }
        #expect(error?.kind == .tls)
    }

    @Test func `a server without TLS ends a request with a TLS error`() async throws {
        let server = try LoopbackServer { peer in
            try peer.respond(400)
            try peer.holdUntilHangUp()
        }
        var url = server.url()
        url.scheme = .https
        let transport = try transport(trusting: nil)
        let error = await #expect(throws: TransportError.self) {
            try await transport.send(Request(.get, url))
        }
        #expect(error?.kind == .tls)
        #expect(error?.phase == .connecting)
    }

    @Test func `a reset during the handshake ends a request as disconnected`() async throws {
        let server = try LoopbackServer { peer in
            _ = try peer.readBytes(1)
            peer.reset()
        }
        var url = server.url()
        url.scheme = .https
        let transport = try transport(trusting: nil)
        let error = await #expect(throws: TransportError.self) {
            try await transport.send(Request(.get, url))
        }
        #expect(error?.kind == .disconnected, "\(String(describing: error))")
        #expect(error?.phase == .connecting)
    }

    @Test func `a handshake without progress ends at the limit for connecting`() async throws {
        let server = try LoopbackServer { peer in try peer.ignoreUntilHangUp() }
        var url = server.url()
        url.scheme = .https
        var request = Request(.get, url)
        request.limits.connect = .milliseconds(300)
        let transport = try transport(trusting: nil)
        let error = await #expect(throws: TransportError.self) { try await transport.send(request) }
        #expect(error?.kind == .timedOut)
        #expect(error?.phase == .connecting)
        try await server.hangUps.reaches(1)
    }
}
