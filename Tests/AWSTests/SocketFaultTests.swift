// SPDX-License-Identifier: Apache-2.0

import AWS
import Curl
import Foundation
import HTTP
import Logging
import Scripted
import Support
import Testing

/// The whole stack over real sockets. The limits are short, and the only assertion about time is that a limit ends a
/// call.
@Suite(.timeLimit(.minutes(1)))
struct SocketFaultTests {
    static let body = Array("the picture".utf8)

    static func s3(
        _ base: String, log: LogRecorder = LogRecorder(), transport: (any Transport)? = nil,
        _ change: (inout AWSOptions) -> Void = { _ in }
    ) async throws -> S3Client {
        var options = AWSOptions()
        options.endpoints.s3 = base
        // Long enough for a busy machine. Tests of a limit shorten it.
        options.timeouts.connectSeconds = 20
        options.timeouts.firstByteSeconds = 20
        options.timeouts.attemptSeconds = 40
        options.timeouts.totalSeconds = 55
        change(&options)
        let host = HostEnvironment(
            environment: [
                "AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "eu-west-1",
            ],
            homeDirectory: nil, random: { 0.1 })
        return try await AWSSession(
            options, queueURL: nil, transport: try transport ?? CurlTransport(), host: host,
            logger: log.logger
        ).s3()
    }

    static func base(_ server: LoopbackServer) -> String { String(server.url("/").rendered.dropLast()) }

    @Sendable static func serve(_ peer: LoopbackConnection) throws {
        while true {
            _ = try peer.readRequest()
            try peer.respond(
                200, headers: ["ETag": "\"a\"", "x-amz-checksum-crc32c": "5O6c7g=="], body: body)
        }
    }

    enum BrokenConnection: String, CaseIterable {
        case resetBeforeAnswer, resetInBody, truncatedBody, silence, silenceAfterHead, slowDrip, wrongChecksum
        case notHTTP

        func play(_ peer: LoopbackConnection) throws {
            let head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\nETag: \"a\"\r\n\r\n"
            _ = try peer.readRequest()
            switch self {
            case .resetBeforeAnswer: peer.reset()
            case .resetInBody:
                try peer.send(head + "the ")
                peer.reset()
            case .truncatedBody: try peer.send(head + "the pic")
            case .silence: try peer.holdUntilHangUp()
            case .silenceAfterHead:
                try peer.send(head)
                try peer.holdUntilHangUp()
            case .slowDrip:
                try peer.send(head)
                try peer.drip([UInt8](repeating: 65, count: 100), every: .milliseconds(300))
            case .wrongChecksum:
                let headers: Headers = ["ETag": "\"a\"", "x-amz-checksum-crc32c": "AAAAAA=="]
                try peer.respond(200, headers: headers, body: SocketFaultTests.body)
                try peer.holdUntilHangUp()
            case .notHTTP: try peer.send("SSH-2.0-OpenSSH_9.2\r\n")
            }
        }
    }

    /// The first connection is broken, the second is good: two attempts on two connections.
    @Test(arguments: BrokenConnection.allCases)
    func `a broken transfer is retried once on a new connection`(_ fault: BrokenConnection)
        async throws
    {
        let server = try LoopbackServer(scripts: [fault.play, Self.serve])
        let log = LogRecorder()
        let isSlow = [.silence, .silenceAfterHead, .slowDrip].contains(fault)
        let s3 = try await Self.s3(
            Self.base(server), log: log, transport: isSlow ? HastyTransport(network: CurlTransport()) : nil)
        let object = try await s3.get(.picture, maximumBytes: 1000)
        #expect(object.bytes == Self.body)
        #expect(server.connections.count == 2)
        #expect(log.lines.filter { $0.contains("aws-retry") }.count == 1)
    }

    @Test func `an unreachable server gets three attempts, and the error names it`() async throws {
        let closed = try LoopbackClosedPort()
        let s3 = try await Self.s3("http://127.0.0.1:\(closed.port)")
        let error = try await awsError { try await s3.get(.picture, maximumBytes: 1000) }
        #expect(error.kind == .network)
        #expect(error.attempts == 3)
        #expect(error.description.contains("127.0.0.1:\(closed.port)"))
        #expect(error.description.contains("refused"))
    }

    @Test func `a connection attempt without response ends at its timeout`() async throws {
        let full = try LoopbackFullBacklog()
        let s3 = try await Self.s3("http://127.0.0.1:\(full.port)") { $0.timeouts.connectSeconds = 0.5 }
        let error = try await awsError { try await s3.get(.picture, maximumBytes: 1000) }
        #expect(error.kind == .timedOut)
        #expect(error.attempts == 3)
    }

    @Test func `a response that never comes ends with the total time`() async throws {
        let server = try LoopbackServer { peer in
            _ = try peer.readRequest()
            try peer.holdUntilHangUp()
        }
        let s3 = try await Self.s3(Self.base(server)) {
            $0.timeouts.firstByteSeconds = 30
            $0.timeouts.attemptSeconds = 30
            $0.timeouts.totalSeconds = 1
            $0.timeouts.stallSeconds = 30
        }
        let error = try await awsError { try await s3.get(.picture, maximumBytes: 1000) }
        #expect(error.kind == .timedOut)
        #expect(error.elapsed >= .milliseconds(900))
        #expect(server.connections.count <= 1)
    }

    @Test func `an object larger than the limit is aborted without a retry`() async throws {
        let server = try LoopbackServer { peer in
            _ = try peer.readRequest()
            try peer.send("HTTP/1.1 200 OK\r\nETag: \"a\"\r\nContent-Length: 100000000\r\n\r\n")
            while true { try peer.send([UInt8](repeating: 0, count: 1 << 16)) }
        }
        let s3 = try await Self.s3(Self.base(server))
        let error = try await awsError { try await s3.get(.picture, maximumBytes: 1_000_000) }
        #expect(error.kind == .tooLarge)
        #expect(server.connections.count == 1)
    }

    @Test func `cancelling a call closes its connection and is an error of its own kind`() async throws {
        let server = try LoopbackServer { peer in
            _ = try peer.readRequest()
            try peer.holdUntilHangUp()
        }
        let s3 = try await Self.s3(Self.base(server)) {
            $0.timeouts.firstByteSeconds = 50
            $0.timeouts.attemptSeconds = 50
            $0.timeouts.totalSeconds = 50
            $0.timeouts.stallSeconds = 50
        }
        let task = Task { try await s3.get(.picture, maximumBytes: 1000) }
        try await server.requests.reaches(1)
        task.cancel()
        let error = try await awsError { try await task.value }
        #expect(error.kind == .cancelled)
        try await server.hangUps.reaches(1)
    }

    /// Each call ends with an error of its kind, and all calls together retry as often as the quota allows.
    @Test(arguments: [
        (500, "", AWSError.Kind.server), (503, "", .server),
        (503, "<Error><Code>SlowDown</Code></Error>", .throttled),
    ])
    func `many failing calls share the retry quota`(_ status: Int, _ body: String, _ kind: AWSError.Kind)
        async throws
    {
        let server = try HandlerServer { _ in .init(status: status, body: body) }
        let s3 = try await Self.s3(server.base)
        try await withThrowingTaskGroup(of: AWSError.Kind.self) { group in
            for _ in 0..<100 {
                group.addTask {
                    try await awsError { try await s3.get(.picture, maximumBytes: 1000) }.kind
                }
            }
            for try await found in group { #expect(found == kind) }
        }
        let cost = kind == .throttled ? 5 : 14
        #expect(server.received.count == 100 + 500 / cost)
    }

    @Test func `successes after retries refill the quota`() async throws {
        let counter = Locked(0)
        let server = try HandlerServer { _ in
            let count = counter.withLock { count in
                count += 1
                return count
            }
            return count % 3 == 0 ? .init(headers: ["ETag": "\"a\""], body: "x") : .error(503)
        }
        let s3 = try await Self.s3(server.base)
        for _ in 0..<10 { _ = try await s3.get(.picture, maximumBytes: 10) }
        #expect(server.received.count == 30)
    }
}

/// Limits its first request to one second. The others keep their limits, which a busy machine may need.
private final class HastyTransport: Transport {
    private let network: CurlTransport
    private let isFirst = Locked(true)

    init(network: CurlTransport) { self.network = network }

    func send(_ request: Request) async throws(TransportError) -> Response {
        var request = request
        let isFirst = isFirst.withLock { isFirst in
            defer { isFirst = false }
            return isFirst
        }
        if isFirst { request.limits.total = .seconds(1) }
        return try await network.send(request)
    }
}
