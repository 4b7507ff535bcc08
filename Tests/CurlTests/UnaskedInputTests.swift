// SPDX-License-Identifier: Apache-2.0

import Dispatch
import HTTP
import Scripted
import Testing

@testable import Curl

/// Servers that send more than one response to a request, and responses after which a connection is not reused.
@Suite(.timeLimit(.minutes(2)))
struct UnaskedInputTests {
    let transport: CurlTransport

    init() throws { transport = try CurlTransport() }

    /// The bytes that a server sends after a complete response.
    enum Input: String, CaseIterable {
        case requestTimeout = "HTTP/1.1 408 Request Timeout\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"
        case badRequest = "HTTP/1.1 400 Bad Request\r\nContent-Length: 3\r\n\r\nbad"
        case secondResponse = "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nother"
        case interimResponse = "HTTP/1.1 103 Early Hints\r\n\r\n"
        case lateBody = "a late body"
        case oneByte = "\n"
    }

    @Test(arguments: Input.allCases, [false, true])
    func `a request is not sent on an idle connection with unasked input`(
        _ input: Input, endsConnection: Bool
    ) async throws {
        let (isIdle, sent) = (DispatchSemaphore(value: 0), LoopbackCounter())
        let server = try LoopbackServer(scripts: [
            { peer in
                try peer.readRequest()
                try peer.respond(200, headers: ["Content-Length": "5"])
                isIdle.wait()
                try peer.send(input.rawValue)
                sent.add()
                if endsConnection { return }
                try peer.readRequest()
                try peer.holdUntilHangUp()
            },
            LoopbackServer.always(200, body: Array("right".utf8)),
        ])
        let first = try await transport.send(Request(.head, server.url("/first")))
        #expect(first.status == 200)
        isIdle.signal()
        try await sent.reaches(1)
        let second = try await transport.send(Request(.put, server.url("/second"), body: [1]))
        #expect(second.status == 200)
        #expect(second.body == Array("right".utf8))
        #expect(second.openedConnection)
        #expect(server.received.map(\.target) == ["/first", "/second"])
        // The connection without unasked input is reused.
        #expect(try await transport.send(Request(.get, server.url("/third"))).openedConnection == false)
    }

    @Test func `bytes that follow a response at once are part of no response`() async throws {
        for (method, length) in [(Request.Method.head, 4), (.get, 0), (.get, 2)] {
            let server = try LoopbackServer { peer in
                while true {
                    try peer.readRequest()
                    try peer.send("HTTP/1.1 200 OK\r\nContent-Length: \(length)\r\n\r\nbody")
                }
            }
            for _ in 0..<5 {
                let response = try await transport.send(Request(method, server.url()))
                #expect(response.status == 200)
                #expect(response.body == Array("body".utf8.prefix(method == .head ? 0 : length)))
            }
        }
    }

    @Test(arguments: [300, 302, 304, 307, 407, 408, 421, 425, 429, 500, 502, 503, 504, 511, 520])
    func `the connection of a transient response is not reused`(_ status: Int) async throws {
        let server = try LoopbackServer(LoopbackServer.always(status))
        for _ in 0..<2 { #expect(try await transport.send(Request(.get, server.url())).status == status) }
        #expect(server.connections.count == 2)
    }

    @Test(arguments: [200, 204, 400, 403, 404, 409, 412, 416, 501])
    func `the connection of a final response is reused`(_ status: Int) async throws {
        let server = try LoopbackServer(LoopbackServer.always(status))
        for _ in 0..<3 { #expect(try await transport.send(Request(.get, server.url())).status == status) }
        #expect(server.connections.count == 1)
    }

    @Test(arguments: [
        "HTTP/1.1 101 Switching Protocols\r\nUpgrade: h2c\r\n\r\nPRI * HTTP/2.0",
        "HTTP/1.1 600 Beyond\r\nContent-Length: 0\r\n\r\n", "HTTP/1.1 099 Below\r\nContent-Length: 0\r\n\r\n",
        "HTTP/2 200\r\nContent-Length: 0\r\n\r\n", "HTTP/0.9 200\r\nContent-Length: 0\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 1\r\n\r\nab",
        "HTTP/1.1 200 OK\r\nContent-Length: 2, 1\r\n\r\nab", "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n",
        "HTTP/1.1 200 OK\r\nContent-Length: two\r\n\r\nab", "<html>", "\r\n\r\n",
    ])
    func `a response that is not HTTP/1 or has no certain end is malformed`(_ text: String) async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.send(text)
        }
        let error = await #expect(throws: TransportError.self) {
            try await transport.send(Request(.get, server.url()))
        }
        #expect(error?.kind == .malformedResponse, "\(String(describing: error))")
    }

    @Test func `equal values of Content-Length are one value`() async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.send("HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nab")
        }
        #expect(try await transport.send(Request(.get, server.url())).body == Array("ab".utf8))
    }

    @Test func `a connection with Content-Length and Transfer-Encoding is not reused`() async throws {
        let server = try LoopbackServer { peer in
            while true {
                try peer.readRequest()
                try peer.send(
                    "HTTP/1.1 200 OK\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nab\r\n0\r\n\r\n"
                )
            }
        }
        for _ in 0..<2 {
            #expect(try await transport.send(Request(.get, server.url())).body == Array("ab".utf8))
        }
        #expect(server.connections.count == 2)
    }

    @Test func `a response of HTTP/1_0 ends its connection unless it is to be kept`() async throws {
        for (header, connections) in [("", 2), ("Connection: keep-alive\r\nContent-Length: 2\r\n", 1)] {
            let server = try LoopbackServer { peer in
                repeat {
                    try peer.readRequest()
                    try peer.send("HTTP/1.0 200 OK\r\n\(header)\r\nab")
                } while !header.isEmpty
            }
            for _ in 0..<2 {
                #expect(try await transport.send(Request(.get, server.url())).body == Array("ab".utf8))
            }
            #expect(server.connections.count == connections)
        }
    }

    @Test func `any number of interim responses precedes a response`() async throws {
        let server = try LoopbackServer { peer in
            while true {
                try peer.readRequest()
                for status in [100, 102, 103, 199, 100] {
                    try peer.send("HTTP/1.1 \(status) X\r\nA: 1\r\n\r\n")
                }
                try peer.respond(200, body: [7])
            }
        }
        for method in [Request.Method.get, .put] {
            let request = Request(method, server.url(), body: method == .put ? [1, 2] : [])
            #expect(try await transport.send(request).body == [7])
        }
        #expect(server.connections.count == 1)
    }
}
