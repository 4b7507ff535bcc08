// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTP
import Scripted
import Testing

@testable import Curl

/// Each test runs in a process of its own, because environment variables belong to the whole process.
@Suite(.timeLimit(.minutes(2)))
struct ProxyTests {
    @Test func `a request uses the proxy of the environment unless it bypasses proxies`() async {
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

    @Test func `a host of no_proxy is requested directly`() async {
        await #expect(processExitsWith: .success) {
            let proxy = try LoopbackServer(LoopbackServer.always(200, headers: ["X-Via": "proxy"]))
            let direct = try LoopbackServer(LoopbackServer.always(200, headers: ["X-Via": "nothing"]))
            setenv("http_proxy", "http://127.0.0.1:\(proxy.port)", 1)
            setenv("no_proxy", "127.0.0.0/8", 1)
            let transport = try CurlTransport()
            try #require(try await transport.send(Request(.get, direct.url())).headers["X-Via"] == "nothing")
        }
    }

    @Test func `a proxy that refuses CONNECT ends a request as refused while connecting`() async {
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

    /// The error text of libcurl for each of these URLs contains the URL, or takes a part of it for the host name.
    @Test func `the error for a malformed proxy URL names the variable and not the password`() async {
        await #expect(processExitsWith: .success) {
            let port = try LoopbackClosedPort()
            let transport = try CurlTransport()
            for url in [
                "http://user:s3cr3t#pw@127.0.0.1:1", "http://user:s3cr3t/pw@127.0.0.1:1",
                "http://user:s3cr3t pw@127.0.0.1:1", "http://user:s3cr3t@127.0.0.1:99999",
                "http://user:s3cr3t@[::1:1", "htps://user:s3cr3t@127.0.0.1:1",
                "socks9://user:s3cr3t@127.0.0.1:1", "http://user:pw@s3cr3t.invalid/pw@127.0.0.1:1",
                "socks5://user:pw@s3cr3t.invalid/pw@127.0.0.1:1",
                "http://user:s3cr3t@proxy.invalid:1", "http://user:s3cr3t@127.0.0.1:\(port.port)",
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

    @Test func `a refused connection is reported with the proxy variable only if a proxy was used`() async {
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
            // The errno of the previous transfer is not reported again.
            setenv("http_proxy", "socks9://127.0.0.1:1", 1)
            let error = try await #require(throws: TransportError.self) {
                try await transport.send(Request(.get, port.url))
            }
            let expected = "no connection; check the scheme of the proxy in http_proxy (libcurl 7)"
            try #require(error.detail == expected, "\(error)")
        }
    }
}
