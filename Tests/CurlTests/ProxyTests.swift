// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTP
import Scripted
import Testing

@testable import Curl

/// Each in a process of its own, because the variables hold for the whole process.
@Suite(.timeLimit(.minutes(2)))
struct `Proxies from the environment` {
    @Test func `a request goes through the proxy, and past it when told so`() async {
        await #expect(processExitsWith: .success) {
            let proxy = try LoopbackServer(LoopbackServer.always(200, headers: ["X-Via": "proxy"]))
            let direct = try LoopbackServer(LoopbackServer.always(200, headers: ["X-Via": "nothing"]))
            setenv("http_proxy", "http://127.0.0.1:\(proxy.port)", 1)
            let transport = try CurlTransport()
            let request = Request(.get, direct.url("/x"))
            try #require(try await transport.send(request).headers["X-Via"] == "proxy")
            try #require(proxy.received.first?.target == direct.url("/x").rendered)
            var straight = request
            straight.routing.bypassProxy = true
            try #require(try await transport.send(straight).headers["X-Via"] == "nothing")
        }
    }

    @Test func `no_proxy is honoured`() async {
        await #expect(processExitsWith: .success) {
            let proxy = try LoopbackServer(LoopbackServer.always(200, headers: ["X-Via": "proxy"]))
            let direct = try LoopbackServer(LoopbackServer.always(200, headers: ["X-Via": "nothing"]))
            setenv("http_proxy", "http://127.0.0.1:\(proxy.port)", 1)
            setenv("no_proxy", "127.0.0.0/8", 1)
            let transport = try CurlTransport()
            try #require(try await transport.send(Request(.get, direct.url())).headers["X-Via"] == "nothing")
        }
    }

    @Test func `a proxy that refuses to connect is a refusal before sending`() async {
        await #expect(processExitsWith: .success) {
            let proxy = try LoopbackServer { peer in
                try peer.readRequest()
                try peer.respond(403, headers: ["X-Proxy": "1"])
            }
            setenv("https_proxy", "http://127.0.0.1:\(proxy.port)", 1)
            let transport = try CurlTransport()
            let url = HTTP.URL(.https, host: "somewhere.invalid")
            let error = try await #require(throws: TransportError.self) {
                try await transport.send(Request(.get, url))
            }
            try #require(error.kind == .refused)
            try #require(error.phase == .connecting)
            try #require(proxy.received.first?.method == "CONNECT")
        }
    }

    /// With each of these libcurl's own words repeat the URL, or make a host name of a part of it.
    @Test func `a proxy's URL with a mistake is told without its password`() async {
        await #expect(processExitsWith: .success) {
            let port = try LoopbackClosedPort()
            let transport = try CurlTransport()
            for url in [
                "http://user:s3cr3t#pw@127.0.0.1:1", "http://user:s3cr3t/pw@127.0.0.1:1",
                "http://user:s3cr3t pw@127.0.0.1:1", "http://user:s3cr3t@127.0.0.1:99999",
                "http://user:s3cr3t@[::1:1", "htps://user:s3cr3t@127.0.0.1:1",
                "socks9://user:s3cr3t@127.0.0.1:1", "http://user:pw@s3cr3t.invalid/pw@127.0.0.1:1",
                "socks5://user:pw@s3cr3t.invalid/pw@127.0.0.1:1",
                "http://user:s3cr3t@nobody.invalid:1", "http://user:s3cr3t@127.0.0.1:\(port.port)",
            ] {
                for (scheme, variable) in [
                    (HTTP.URL.Scheme.http, "http_proxy"), (.https, "https_proxy"), (.https, "HTTPS_PROXY"),
                    (.http, "all_proxy"), (.https, "ALL_PROXY"),
                ] {
                    setenv(variable, url, 1)
                    defer { unsetenv(variable) }
                    let request = Request(.get, HTTP.URL(scheme, host: "somewhere.invalid"))
                    let error = try await #require(throws: TransportError.self) {
                        try await transport.send(request)
                    }
                    try #require(!error.description.contains("s3cr3t"), "\(error)")
                    try #require(error.detail.contains("the proxy in \(variable)"), "\(url): \(error)")
                    try #require([.queued, .connecting].contains(error.phase), "\(error)")
                }
            }
        }
    }

    @Test func `a refusal is told with the proxy's variable only where the proxy may be the one`() async {
        await #expect(processExitsWith: .success) {
            let port = try LoopbackClosedPort()
            setenv("http_proxy", port.url.rendered, 1)
            let transport = try CurlTransport()
            for bypass in [false, true] {
                let routing = Request.Routing(bypassProxy: bypass)
                let request = Request(.get, port.url, routing: routing)
                let error = try await #require(throws: TransportError.self) {
                    try await transport.send(request)
                }
                let more = bypass ? "" : ", perhaps by the proxy in http_proxy"
                try #require(error.detail == "Connection refused\(more) (libcurl 7)", "\(error)")
            }
            // The system's error of the transfer before is not told again.
            setenv("http_proxy", "socks9://127.0.0.1:1", 1)
            let error = try await #require(throws: TransportError.self) {
                try await transport.send(Request(.get, port.url))
            }
            let words = "no connection; check the scheme of the proxy in http_proxy (libcurl 7)"
            try #require(error.detail == words, "\(error)")
        }
    }
}

/// `openssl s_server` stands in for the proxy: a GET for a plain http URL reaches it as it is.
@Suite(
    .timeLimit(.minutes(2)),
    .enabled(if: TLSServer.isAvailable, "needs the openssl command to make certificates and serve them"))
struct `Proxies that are asked over TLS` {
    @Test func `are trusted by the same certificates as servers`() async {
        await #expect(processExitsWith: .success) {
            let authority = try TLSAuthority()
            let proxy = try TLSServer(authority, .good)
            setenv("http_proxy", proxy.url.rendered, 1)
            let request = Request(.get, HTTP.URL(.http, host: "somewhere.invalid"))
            var trusting = CurlOptions()
            trusting.caBundle = authority.bundle
            try #require(try await CurlTransport(trusting).send(request).status == 200)
            let wary = try CurlTransport()
            let error = try await #require(throws: TransportError.self) {
                try await wary.send(request)
            }
            try #require(error.kind == .tls)
        }
    }

    /// The distribution's OpenSSL refuses TLS 1.1 by itself; this process is configured not to.
    @Test func `are refused below TLS 1_2`() async {
        await #expect(processExitsWith: .success) {
            let authority = try TLSAuthority()
            try authority.allowOldTLS()
            let proxy = try TLSServer(
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
