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
}
