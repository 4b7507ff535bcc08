// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTP
import Scripted
import Testing

@testable import Curl

/// A time above that of every transfer of these tests, and below the limits that a test does not set.
private let longest: Duration = .seconds(20)

/// Sends `request`, which must fail before the limits that the test does not set, and returns the error.
private func failure(
    of request: Request, over transport: CurlTransport, sourceLocation: SourceLocation = #_sourceLocation
) async throws -> TransportError {
    let error = await #expect(throws: TransportError.self, sourceLocation: sourceLocation) {
        try await transport.send(request)
    }
    let found = try #require(error, sourceLocation: sourceLocation)
    #expect(found.elapsed < longest, sourceLocation: sourceLocation)
    #expect(found.host == request.url.authority, sourceLocation: sourceLocation)
    #expect(!found.detail.isEmpty, sourceLocation: sourceLocation)
    return found
}

extension Request.Limits {
    /// Limits far above `longest`.
    fileprivate static var long: Request.Limits {
        Request.Limits(connect: .seconds(300), firstByte: .seconds(300), total: .seconds(300))
    }
}

@Suite(.timeLimit(.minutes(2)))
struct FaultTests {
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

    @Test func `a closed port ends a request as refused`() async throws {
        let port = try LoopbackClosedPort()
        try await expect(.refused, .connecting, from: Request(.get, port.url, limits: .long))
    }

    @Test func `a name without an address ends a request as unresolvable`() async throws {
        // RFC 6761, 6.4: names below .invalid do not exist.
        let request = Request(.get, URL(.http, host: "nobody.invalid"), limits: .long)
        try await expect(.unresolvable, .connecting, from: request)
    }

    @Test func `a host that drops connection attempts ends a request at the limit for connecting`()
        async throws
    {
        let backlog = try LoopbackFullBacklog()
        var request = Request(.get, backlog.url, limits: .long)
        request.limits.connect = .milliseconds(200)
        try await expect(.timedOut, .connecting, from: request)
        request.limits = .long
        request.limits.total = .milliseconds(200)
        // On a busy machine the limit can pass before the transfer has reached its last phase.
        try await expect(.timedOut, .queued, .connecting, from: request)
    }

    @Test func `a server that accepts and stays silent ends a request at the first-byte limit`() async throws
    {
        let server = try LoopbackServer { peer in try peer.ignoreUntilHangUp() }
        try await expect(.timedOut, .waiting, from: get(server) { $0.firstByte = .milliseconds(200) })
        try await expect(
            .timedOut, .queued, .connecting, .waiting, from: get(server) { $0.total = .milliseconds(200) })
        try await server.hangUps.reaches(1)
    }

    @Test func `a server that reads a body and stays silent ends a request at the first-byte limit`()
        async throws
    {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.ignoreUntilHangUp()
        }
        var request = Request(.put, server.url(), body: Array(repeating: 7, count: 100_000), limits: .long)
        request.limits.firstByte = .milliseconds(200)
        try await expect(.timedOut, .waiting, from: request)
    }

    @Test func `a large upload that the server does not read times out while sending`() async throws {
        let server = try LoopbackServer { peer in try peer.ignoreUntilHangUp() }
        var request = Request(.put, server.url(), body: Array(repeating: 7, count: 64 << 20), limits: .long)
        request.limits.bytesPerSecond = 1000
        request.limits.stall = .milliseconds(400)
        try await expect(.timedOut, .sending, from: request)
        request.limits = .long
        request.limits.total = .milliseconds(400)
        try await expect(.timedOut, .queued, .connecting, .sending, from: request)
    }

    @Test func `a body below the minimum rate times out while receiving`() async throws {
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

    @Test func `headers below the minimum rate time out while receiving`() async throws {
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

    @Test func `a connection that goes half-open within a body times out while receiving`() async throws {
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

    @Test func `a reset before the response ends a request as disconnected`() async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            peer.reset()
        }
        try await expect(.disconnected, .waiting, from: get(server))
    }

    @Test func `a close before the response ends a request as disconnected`() async throws {
        let server = try LoopbackServer { peer in try peer.readRequest() }
        try await expect(.disconnected, .waiting, from: get(server))
        #expect(server.requests.count == 1, "a request that the server may have processed is not sent again")
    }

    @Test func `a reset within a body ends a request as disconnected`() async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.send("HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\nabc")
            // Without this call, unread data would turn the close into a reset as well.
            peer.reset()
        }
        try await expect(.disconnected, .waiting, .receiving, from: get(server))
    }

    @Test func `a close within a body ends a request as truncated`() async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.send("HTTP/1.1 200 OK\r\nContent-Length: 10\r\n\r\nabc")
        }
        try await expect(.truncated, .receiving, from: get(server))
    }

    @Test(arguments: ["5\r\nabc", "3\r\nabc\r\n", "3\r\nabc\r\n0\r\n"])
    func `a close within a chunked body ends a request as truncated`(body: String) async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n" + body)
        }
        try await expect(.truncated, .receiving, from: get(server))
    }

    @Test(arguments: ["", "220 mail.example ESMTP\r\n", "\u{0}\u{1}\u{2}", "HTTP/1.1 abc\r\n\r\n"])
    func `a response that is not HTTP ends a request as malformed`(text: String) async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.send(text + "HTTP/1.1\r\n\r\n")
        }
        let error = try await failure(of: get(server), over: transport)
        #expect(error.kind == .malformedResponse, "\(error)")
    }

    @Test func `a header line without a colon ends a request as malformed`() async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.send("HTTP/1.1 200 OK\r\nnonsense\r\n\r\n")
        }
        try await expect(.malformedResponse, .receiving, from: get(server))
    }

    @Test func `a body with a Content-Length above the limit is not read`() async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.send("HTTP/1.1 200 OK\r\nContent-Length: 11\r\n\r\n")
            try peer.ignoreUntilHangUp()
        }
        try await expect(.tooLarge, .receiving, from: get(server) { $0.responseBytes = 10 })
        try await server.hangUps.reaches(1)
    }

    @Test func `a chunked body ends at the limit`() async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")
            while true { try peer.send("1000\r\n\(String(repeating: "x", count: 4096))\r\n") }
        }
        try await expect(.tooLarge, .receiving, from: get(server) { $0.responseBytes = 100_000 })
        try await server.hangUps.reaches(1)
    }

    @Test func `headers without an end are cut off at their limit`() async throws {
        let server = try LoopbackServer { peer in
            try peer.readRequest()
            try peer.send("HTTP/1.1 200 OK\r\n")
            while true { try peer.send("X: \(String(repeating: "x", count: 4096))\r\n") }
        }
        try await expect(.tooLarge, .receiving, from: get(server))
    }

    @Test func `the response of a server that refuses a large upload early is returned`() async throws {
        let server = try LoopbackServer { peer in
            _ = try peer.readHead()
            try peer.respond(403, headers: ["Connection": "close"], body: Array("no".utf8))
            // The server reads on, because unread data would turn its close into a reset that discards the response.
            try peer.holdUntilHangUp()
        }
        let body = [UInt8](repeating: 7, count: 32 << 20)
        let response = try await transport.send(Request(.put, server.url(), body: body, limits: .long))
        #expect(response.status == 403)
        #expect(response.body == Array("no".utf8))
        try await server.hangUps.reaches(1)
    }

    @Test func `a request with Expect sends its body after the 100 (Continue) response`() async throws {
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

    @Test func `a final response in the place of 100 (Continue) ends the upload`() async throws {
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
    func `a request replaces a reused connection that the server has closed`(method: Request.Method)
        async throws
    {
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

    @Test func `a request replaces a reused connection that is reset while its body is sent`() async throws {
        // Each connection serves one request and is reset within the next one. It is chance whether libcurl meets
        // the reset while sending or while receiving, so there are many requests.
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
