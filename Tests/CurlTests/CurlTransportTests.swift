// SPDX-License-Identifier: Apache-2.0

import HTTP
import Scripted
import Testing

@testable import Curl

@Suite(.timeLimit(.minutes(2)))
struct CurlTransportTests {
    let transport: CurlTransport

    init() throws { transport = try CurlTransport() }

    @Test func `a GET request returns status, headers and body`() async throws {
        let server = try LoopbackServer(
            LoopbackServer.always(404, headers: ["X-One": "1", "ETag": " \"a\" "], body: Array("gone".utf8)))
        let url = server.url("/a%20b", query: [URL.QueryItem("q", "ü +")])
        let response = try await transport.send(Request(.get, url))
        #expect(response.status == 404)
        #expect(response.headers["x-one"] == "1")
        #expect(response.headers["etag"] == "\"a\"")
        #expect(response.body == Array("gone".utf8))
        #expect(response.openedConnection)
        #expect(server.received.first?.target == "/a%20b?q=%C3%BC%20%2B")
        #expect(server.received.first?.method == "GET")
    }

    @Test func `a request is sent with its own headers, Host and Content-Length only`() async throws {
        let server = try LoopbackServer(LoopbackServer.always(200))
        var request = Request(.post, server.url(), headers: ["X-A": "1", "X-Empty": ""], body: [1, 2, 3])
        _ = try await transport.send(request)
        request.body = []
        _ = try await transport.send(request)
        let names = server.received.map { $0.headers.fields.map(\.name).sorted() }
        #expect(names == Array(repeating: ["Content-Length", "Host", "X-A", "X-Empty"], count: 2))
        #expect(server.received.map(\.body) == [[1, 2, 3], []])
        #expect(server.received.allSatisfy { $0.headers["X-Empty"] == "" })
        #expect(server.received.first?.headers["Host"] == "127.0.0.1:\(server.port)")
    }

    @Test(arguments: [Request.Method.get, .head, .put, .post, .delete])
    func `every method is sent as itself, on a reused handle as well`(method: Request.Method) async throws {
        let server = try LoopbackServer { peer in
            while true {
                let request = try peer.readRequest()
                try peer.respond(200, headers: ["Content-Length": "0", "X-Method": request.method])
            }
        }
        for other in [Request.Method.put, .head, .delete, .get, .post] {
            for one in [other, method] {
                let body: [UInt8] = one == .put || one == .post ? [7] : []
                let response = try await transport.send(Request(one, server.url("/x"), body: body))
                #expect(response.headers["X-Method"] == one.rawValue)
            }
        }
        #expect(server.connections.count == 1)
    }

    @Test(arguments: [0, 1, 65_535, 65_536, 65_537, 3 << 20])
    func `a body arrives unchanged in both directions`(count: Int) async throws {
        let server = try LoopbackServer { peer in try peer.respond(200, body: peer.readRequest().body) }
        let body = (0..<count).map { UInt8(truncatingIfNeeded: $0 &* 31 &+ $0 >> 8) }
        var request = Request(.put, server.url("/k"), body: body)
        request.limits.responseBytes = count
        let response = try await transport.send(request)
        #expect(response.body == body)
        #expect(server.received.first?.headers["Content-Length"] == String(count))
        #expect(server.received.first?.headers["Expect"] == nil)
    }

    @Test func `a path with dot segments and encoded bytes is sent unchanged`() async throws {
        let server = try LoopbackServer(LoopbackServer.always(200))
        let path = "/bucket/a/../b//./%2Fc%20d%2B%C3%BC*'()!~;:@&=$,"
        _ = try await transport.send(Request(.get, server.url(path)))
        #expect(server.received.first?.target == path)
    }

    @Test func `sequential requests reuse one connection`() async throws {
        let server = try LoopbackServer(LoopbackServer.always(200, body: [1]))
        for turn in 0..<20 {
            let response = try await transport.send(Request(.get, server.url()))
            #expect(response.openedConnection == (turn == 0))
        }
        #expect(server.connections.count == 1)
        #expect(transport.status.connectionsOpened <= 1)
    }

    @Test func `a request with freshConnection opens a connection`() async throws {
        let server = try LoopbackServer(LoopbackServer.always(200))
        for fresh in [false, true, true, false] {
            let routing = Request.Routing(freshConnection: fresh)
            let response = try await transport.send(Request(.get, server.url(), routing: routing))
            #expect(response.openedConnection == fresh || server.connections.count == 1)
        }
        #expect(server.connections.count == 3)
    }

    @Test func `a redirect is returned as a response and not followed`() async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.redirect(307, to: "http://127.0.0.1:1/elsewhere")
        }
        let response = try await transport.send(Request(.get, server.url()))
        #expect(response.status == 307)
        #expect(response.headers["Location"] == "http://127.0.0.1:1/elsewhere")
        #expect(server.requests.count == 1)
    }

    @Test func `an interim response is not returned`() async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.send("HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\n")
            try peer.respond(200, headers: ["X-Final": "yes"], body: [5])
        }
        let response = try await transport.send(Request(.get, server.url()))
        #expect(response.status == 200)
        #expect(response.headers["Link"] == nil)
        #expect(response.headers["X-Final"] == "yes")
        #expect(response.body == [5])
    }

    @Test func `a chunked body is returned without its framing and trailer fields`() async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n")
            try peer.send("X-Late: 1\r\n\r\n")
        }
        let response = try await transport.send(Request(.get, server.url()))
        #expect(response.body == Array("abcde".utf8))
        #expect(response.headers["X-Late"] == nil)
    }

    @Test func `a response to HEAD can have a Content-Length above the limit`() async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.respond(200, headers: ["Content-Length": "123456789"])
        }
        var request = Request(.head, server.url())
        request.limits.responseBytes = 10
        let response = try await transport.send(request)
        #expect(response.headers["content-length"] == "123456789")
        #expect(response.body.isEmpty)
    }

    @Test func `a request is sent over IPv6`() async throws {
        let server = try LoopbackServer(on: .ipv6, scripts: [LoopbackServer.always(200, body: [6])])
        let response = try await transport.send(Request(.get, server.url("/six")))
        #expect(response.body == [6])
        #expect(server.received.first?.headers["Host"] == "[::1]:\(server.port)")
    }

    @Test func `sixty-four concurrent callers get their own responses`() async throws {
        let server = try LoopbackServer { peer in
            while true {
                let request = try peer.readRequest()
                try peer.respond(200, body: Array(request.target.utf8))
            }
        }
        try await withThrowingTaskGroup(of: Bool.self) { group in
            for worker in 0..<64 {
                group.addTask { [transport] in
                    for turn in 0..<20 {
                        let path = "/\(worker)/\(turn)"
                        let response = try await transport.send(Request(.get, server.url(path)))
                        guard response.body == Array(path.utf8) else { return false }
                    }
                    return true
                }
            }
            for try await isRight in group { #expect(isRight) }
        }
        #expect(server.connections.count <= 64)
        #expect(server.requests.count == 1280)
    }

    @Test(arguments: [
        ("X-A", "1\r\nX-B: 2"), ("X A", "1"), ("Content-Length", "5"), ("Transfer-Encoding", "chunked"),
    ])
    func `a request with invalid or contradicting headers is not sent`(field: (String, String)) async throws {
        let server = try LoopbackServer(LoopbackServer.always(200))
        var request = Request(.put, server.url(), body: [1])
        request.headers.add(field.0, field.1)
        let error = await #expect(throws: TransportError.self) { try await transport.send(request) }
        #expect(error?.kind == .invalidRequest)
        #expect(server.connections.count == 0)
    }
}
