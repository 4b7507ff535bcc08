// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTP
import Scripted
import Testing

@testable import Curl

/// Far above what any of these transfers takes, far below any default that could end it instead.
private let patience: Duration = .seconds(20)

/// Sends `request`, which must fail, and checks that it did so long before the limits that were not asked for.
private func failure(
    of request: Request, over transport: CurlTransport, sourceLocation: SourceLocation = #_sourceLocation
) async throws -> TransportError {
    let error = await #expect(throws: TransportError.self, sourceLocation: sourceLocation) {
        try await transport.send(request)
    }
    let found = try #require(error, sourceLocation: sourceLocation)
    #expect(found.elapsed < patience, sourceLocation: sourceLocation)
    #expect(found.host == request.url.authority, sourceLocation: sourceLocation)
    #expect(!found.detail.isEmpty, sourceLocation: sourceLocation)
    return found
}

extension Request.Limits {
    /// Only what a test sets can end a transfer within `patience`.
    fileprivate static var long: Request.Limits {
        Request.Limits(connect: .seconds(300), firstByte: .seconds(300), total: .seconds(300))
    }
}

@Suite(.timeLimit(.minutes(2)))
struct `Faults of the network` {
    let transport: CurlTransport

    init() throws { transport = try CurlTransport() }

    private func expect(
        _ kind: TransportError.Kind, _ phases: TransportError.Phase..., from request: Request,
        sourceLocation: SourceLocation = #_sourceLocation
    ) async throws {
        let error = try await failure(of: request, over: transport, sourceLocation: sourceLocation)
        #expect(error.kind == kind, "\(error)", sourceLocation: sourceLocation)
        #expect(phases.contains(error.phase), "\(error)", sourceLocation: sourceLocation)
    }

    private func get(_ server: LoopbackServer, _ change: (inout Request.Limits) -> Void = { _ in }) -> Request
    {
        var request = Request(.get, server.url(), limits: .long)
        change(&request.limits)
        return request
    }

    @Test func `nobody listens`() async throws {
        let port = try LoopbackClosedPort()
        try await expect(.refused, .connecting, from: Request(.get, port.url, limits: .long))
    }

    @Test func `a name without an address`() async throws {
        // RFC 6761: nothing ends in .invalid.
        let request = Request(.get, URL(.http, host: "nobody.invalid"), limits: .long)
        try await expect(.unresolvable, .connecting, from: request)
    }

    @Test func `a host that drops every attempt to connect`() async throws {
        let backlog = try LoopbackFullBacklog()
        var request = Request(.get, backlog.url, limits: .long)
        request.limits.connect = .milliseconds(200)
        try await expect(.timedOut, .connecting, from: request)
        request.limits = .long
        request.limits.total = .milliseconds(200)
        // On a busy machine the total may pass before the transfer has come as far as it can.
        try await expect(.timedOut, .queued, .connecting, from: request)
    }

    @Test func `accepted, and never a word`() async throws {
        let server = try LoopbackServer { peer in try peer.ignoreUntilHangUp() }
        try await expect(.timedOut, .waiting, from: get(server) { $0.firstByte = .milliseconds(200) })
        try await expect(
            .timedOut, .queued, .connecting, .waiting, from: get(server) { $0.total = .milliseconds(200) })
        try await server.hangUps.reaches(1)
    }

    @Test func `a body taken, and never a word`() async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.ignoreUntilHangUp()
        }
        var request = Request(.put, server.url(), body: Array(repeating: 7, count: 100_000), limits: .long)
        request.limits.firstByte = .milliseconds(200)
        try await expect(.timedOut, .waiting, from: request)
    }

    @Test func `a large upload that is not taken`() async throws {
        let server = try LoopbackServer { peer in try peer.ignoreUntilHangUp() }
        var request = Request(.put, server.url(), body: Array(repeating: 7, count: 64 << 20), limits: .long)
        request.limits.bytesPerSecond = 1000
        request.limits.stall = .milliseconds(400)
        try await expect(.timedOut, .sending, from: request)
        request.limits = .long
        request.limits.total = .milliseconds(400)
        try await expect(.timedOut, .queued, .connecting, .sending, from: request)
    }

    @Test func `a drip that would last for hours`() async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100000\r\n\r\n")
            try peer.drip(Array(repeating: 7, count: 100_000), every: .milliseconds(50))
        }
        let slow = get(server) {
            $0.bytesPerSecond = 10_000
            $0.stall = .milliseconds(400)
        }
        try await expect(.timedOut, .receiving, from: slow)
        try await expect(
            .timedOut, .queued, .connecting, .waiting, .receiving,
            from: get(server) { $0.total = .milliseconds(400) })
        try await server.hangUps.reaches(1)
    }

    @Test func `a drip of headers`() async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.send("HTTP/1.1 200 OK\r\nX: ")
            try peer.drip(Array(repeating: 120, count: 100_000), every: .milliseconds(50))
        }
        try await expect(
            .timedOut, .receiving,
            from: get(server) {
                $0.bytesPerSecond = 10_000
                $0.stall = .milliseconds(400)
            })
    }

    @Test func `half-open in the middle of a body`() async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.send("HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nabc")
            try peer.ignoreUntilHangUp()
        }
        try await expect(
            .timedOut, .receiving,
            from: get(server) {
                $0.bytesPerSecond = 1
                $0.stall = .milliseconds(400)
            })
    }

    @Test func `reset before a word`() async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            peer.reset()
        }
        try await expect(.disconnected, .waiting, from: get(server))
    }

    @Test func `closed before a word`() async throws {
        let server = try LoopbackServer { peer in try peer.readRequest() }
        try await expect(.disconnected, .waiting, from: get(server))
        #expect(server.requests.count == 1, "a request that may have arrived is not sent again")
    }

    @Test func `reset in the middle of a body`() async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nabc")
            // What waits unread at the closing end turns the close into a reset on its own, too.
            peer.reset()
        }
        try await expect(.disconnected, .waiting, .receiving, from: get(server))
    }

    @Test func `closed in the middle of a body`() async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
        }
        try await expect(.truncated, .receiving, from: get(server))
    }

    @Test(arguments: ["5\r\nabc", "3\r\nabc\r\n", "3\r\nabc\r\n0\r\n"])
    func `closed in the middle of a chunked body`(body: String) async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
        }
        try await expect(.truncated, .receiving, from: get(server))
    }

    @Test(arguments: ["", "220 mail.example ESMTP\r\n", "\u{0}\u{1}\u{2}", "HTTP/1.1 abc\r\n\r\n"])
    func `an answer that is not HTTP`(text: String) async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.send(text + "HTTP/1.1\r\n\r\n")
        }
        let error = try await failure(of: get(server), over: transport)
        #expect(error.kind == .malformedResponse, "\(error)")
    }

    @Test func `a header line without a name`() async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.send("HTTP/1.1 200 OK\r\nnonsense\r\n\r\n")
        }
        try await expect(.malformedResponse, .receiving, from: get(server))
    }

    @Test func `a body announced too large is not read`() async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.send("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n")
            try peer.ignoreUntilHangUp()
        }
        try await expect(.tooLarge, .receiving, from: get(server) { $0.responseBytes = 10 })
        try await server.hangUps.reaches(1)
    }

    @Test func `a chunked body over the cap ends there`() async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while true { try peer.send("1000\r\n\(String(repeating: "x", count: 4096))\r\n") }
        }
        try await expect(.tooLarge, .receiving, from: get(server) { $0.responseBytes = 100_000 })
        try await server.hangUps.reaches(1)
    }

    @Test func `headers without end`() async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.send("HTTP/1.1 200 OK\r\n")
            while true { try peer.send("X: \(String(repeating: "x", count: 4096))\r\n") }
        }
        try await expect(.tooLarge, .receiving, from: get(server))
    }

    @Test func `a server that refuses a large upload early is heard`() async throws {
        let server = try LoopbackServer { peer in
            _ = try peer.readHead()
            try peer.respond(403, headers: ["Connection": "close"], body: Array("no".utf8))
            // Taking what is under way keeps the answer from being swept away by a reset.
            try peer.holdUntilHangUp()
        }
        let body = [UInt8](repeating: 7, count: 32 << 20)
        let response = try await transport.send(Request(.put, server.url(), body: body, limits: .long))
        #expect(response.status == 403)
        #expect(response.body == Array("no".utf8))
        try await server.hangUps.reaches(1)
    }

    @Test func `Expect waits for the server's word`() async throws {
        let server = try LoopbackServer { peer in
            let head = try peer.readHead()
            try peer.send("HTTP/1.1 100 Continue\r\n\r\n")
            let body = try peer.readBytes(5)
            try peer.respond(200, headers: ["X-Expect": head.headers["Expect"] ?? ""], body: body)
        }
        var request = Request(
            .put, server.url(), headers: ["Expect": "100-continue"], body: Array("hello".utf8))
        request.limits = .long
        let response = try await transport.send(request)
        #expect(response.headers["X-Expect"] == "100-continue")
        #expect(response.body == request.body)
    }

    @Test func `a refusal instead of 100-continue saves the upload`() async throws {
        let server = try LoopbackServer { peer in
            _ = try peer.readHead()
            try peer.respond(412)
            try peer.holdUntilHangUp()
        }
        let body = [UInt8](repeating: 7, count: 32 << 20)
        let request = Request(
            .put, server.url(), headers: ["Expect": "100-continue"], body: body, limits: .long)
        #expect(try await transport.send(request).status == 412)
    }

    @Test(arguments: [Request.Method.get, .put, .post])
    func `a kept connection that the server closed is replaced`(method: Request.Method) async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.respond(200)
        }
        let body: [UInt8] = method == .get ? [] : Array(repeating: 7, count: 200_000)
        for _ in 0..<5 {
            let request = Request(method, server.url(), body: body, limits: .long)
            #expect(try await transport.send(request).status == 200)
        }
        #expect(server.received.map(\.body) == Array(repeating: body, count: 5))
    }

    @Test func `a kept connection that is reset under the next request is replaced, body and all`()
        async throws
    {
        // Every connection answers once and resets itself in the middle of the next request, so it looked alive
        // until then. Whether sending or receiving meets the reset first is chance: hence so many.
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.respond(200)
            _ = try peer.readHead()
            _ = try peer.readBytes(100_000)
            peer.reset()
        }
        let body = [UInt8](repeating: 7, count: 8 << 20)
        let request = Request(.put, server.url(), body: body, limits: .long)
        for _ in 0..<25 { #expect(try await transport.send(request).status == 200) }
        #expect(server.received.count == 25)
        #expect(server.received.allSatisfy { $0.body == body })
    }
}

@Suite(.timeLimit(.minutes(2)))
struct `Storms` {
    @Test func `two thousand cancelled transfers leave nothing behind`() async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.holdUntilHangUp()
        }
        var options = CurlOptions()
        options.maxConnectionsPerHost = 200
        let transport = try CurlTransport(options)
        let tasks = (0..<2000).map { _ in
            Task { try await transport.send(Request(.get, server.url())) }
        }
        try await server.requests.reaches(200)
        for task in tasks { task.cancel() }
        for task in tasks {
            let result = await task.result
            #expect(throws: TransportError.self) { try result.get() }
        }
        try await server.hangUps.reaches(server.connections.count)
        await transport.shutDown()
        #expect(transport.status.finished <= 2000)
        #expect(transport.status.pending == 0)
    }

    @Test func `cancellation at any moment ends every transfer exactly once`() async throws {
        let server = try LoopbackServer(LoopbackServer.always(200, body: Array(repeating: 1, count: 5000)))
        let transport = try CurlTransport()
        let tasks = (0..<1000).map { number in
            Task {
                let inner = Task { try await transport.send(Request(.put, server.url(), body: [1, 2, 3])) }
                for _ in 0..<(number % 50) { await Task.yield() }
                inner.cancel()
                return await inner.result
            }
        }
        var kinds: Set<String> = []
        for task in tasks {
            switch await task.value {
            case .success: kinds.insert("done")
            case .failure(let error): kinds.insert((error as? TransportError)?.kind.rawValue ?? "\(error)")
            }
        }
        #expect(kinds.isSubset(of: ["done", "cancelled"]))
        // Nothing is stuck: the same transport goes on.
        #expect(try await transport.send(Request(.get, server.url())).status == 200)
    }

    @Test func `shutting down ends a thousand transfers`() async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.holdUntilHangUp()
        }
        let transport = try CurlTransport()
        let tasks = (0..<1000).map { _ in Task { try await transport.send(Request(.get, server.url())) } }
        try await server.requests.reaches(64)
        await transport.shutDown()
        for task in tasks {
            let result = await task.result
            let error = #expect(throws: TransportError.self) { try result.get() }
            #expect(error?.kind == .shutDown)
        }
        #expect(transport.status.pending == 0)
    }
}
