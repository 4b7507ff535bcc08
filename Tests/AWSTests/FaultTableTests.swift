// SPDX-License-Identifier: Apache-2.0

import AWS
import Curl
import Foundation
import HTTP
import Scripted
import Testing

/// The table "Each fault" of `RetriesAndCredentials.md`: every row of it is one of these cases, on real sockets.
@Suite(.timeLimit(.minutes(3))) struct FaultTableTests {
    /// What a row promises of a call that meets nothing but the fault.
    struct Promise {
        /// The kind of the error, nil when the call succeeds.
        var end: AWSError.Kind?
        var attempts: Int
        /// In the error, or where the call succeeds in the log.
        var words: String
    }

    enum Row: String, CaseIterable, Sendable {
        case refused = "nobody listens"
        case swallowed = "a host that swallows connections"
        case reset = "a reset in the body"
        case halfOpen = "half-open: accepted, then silence"
        case drip = "a slow drip"
        case storm = "500 and 503 without end"
        case throttling
        case truncated = "a truncated body"
        case checksum = "a wrong checksum"
        case redirect = "a bucket in another region"
        case wrongName = "TLS with a wrong name"
        case clock = "a clock 20 minutes off"

        var promise: Promise {
            switch self {
            case .refused: Promise(end: .network, attempts: 3, words: "refused")
            case .swallowed: Promise(end: .timedOut, attempts: 3, words: "timed-out")
            case .reset: Promise(end: .network, attempts: 3, words: "reset")
            case .halfOpen: Promise(end: .timedOut, attempts: 3, words: "no answer within")
            case .drip: Promise(end: .timedOut, attempts: 3, words: "bytes a second")
            case .storm: Promise(end: .server, attempts: 3, words: "HTTP 503")
            case .throttling: Promise(end: .throttled, attempts: 3, words: "SlowDown")
            case .truncated: Promise(end: .network, attempts: 3, words: "truncated")
            case .checksum: Promise(end: .checksumMismatch, attempts: 3, words: "crc32c")
            case .redirect: Promise(end: nil, attempts: 2, words: "")
            case .wrongName: Promise(end: .network, attempts: 3, words: "127.0.0.1")
            case .clock: Promise(end: nil, attempts: 2, words: "clock of this machine is off by -1200 s")
            }
        }

        /// What the server does on each of its connections.
        @Sendable func play(_ peer: LoopbackConnection) throws {
            let head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\nETag: \"a\"\r\n\r\n"
            while true {
                let request = try peer.readRequest()
                switch self {
                case .refused, .swallowed, .wrongName: return
                case .reset:
                    try peer.send(head + "the ")
                    return peer.reset()
                case .halfOpen: try peer.holdUntilHangUp()
                case .drip:
                    try peer.send(head)
                    try peer.drip([UInt8](repeating: 65, count: 100), every: .milliseconds(300))
                case .storm: try peer.respond(503, body: [])
                case .throttling:
                    try peer.respond(503, body: Array("<Error><Code>SlowDown</Code></Error>".utf8))
                case .truncated:
                    try peer.send(head + "the pic")
                    return
                case .checksum:
                    try peer.respond(
                        200, headers: ["ETag": "\"a\"", "x-amz-checksum-crc32c": "AAAAAA=="], body: [1, 2])
                case .redirect:
                    let isThere = request.headers["Authorization"]?.contains("/eu-north-1/") == true
                    try peer.respond(
                        isThere ? 200 : 301, headers: ["ETag": "\"a\"", "x-amz-bucket-region": "eu-north-1"],
                        body: [])
                case .clock:
                    let isRight = request.headers["X-Amz-Date"]?.hasPrefix("20231114T2233") == true
                    try peer.respond(
                        isRight ? 200 : 403,
                        headers: ["ETag": "\"a\"", "Date": "Tue, 14 Nov 2023 22:33:20 GMT"],
                        body: isRight ? [] : Array("<Error><Code>RequestTimeTooSkewed</Code></Error>".utf8))
                }
            }
        }
    }

    @Test(arguments: Row.allCases)
    func `a call that meets nothing but a fault ends as the table says`(_ row: Row) async throws {
        let stage = try Stage(row)
        let log = LogLines()
        let s3 = try await stage.client(row, log)
        let promise = row.promise
        if let end = promise.end {
            let error = try await awsError { try await s3.get(.picture, maximumBytes: 1000) }
            #expect(error.kind == end, "\(error)")
            #expect(error.attempts == promise.attempts)
            #expect(error.description.contains(promise.words), "\(error)")
            #expect(error.description.contains("GetObject s3://pictures/a/b.jpg"))
            // The deadline of all attempts, which these settings shorten.
            #expect(error.elapsed < .seconds(100))
            #expect(log.lines.filter { $0.contains("aws-retry") }.count == promise.attempts - 1)
        } else {
            _ = try await s3.get(.picture, maximumBytes: 1000)
            #expect(promise.words.isEmpty || log.lines.contains { $0.contains(promise.words) })
        }
        if let server = stage.server { #expect(server.received.count == promise.attempts) }
    }

    @Test func `the table has these rows`() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/AWS/AWS.docc/RetriesAndCredentials.md")
        let text = try String(contentsOf: path, encoding: .utf8)
        let section = try #require(text.components(separatedBy: "### Each fault\n").last)
        let rows = section.components(separatedBy: "\n").drop { !$0.hasPrefix("|---") }.dropFirst()
            .prefix { $0.hasPrefix("| ") }
        let names = rows.map { $0.dropFirst(2).components(separatedBy: " | ")[0] }
        #expect(names == Row.allCases.map(\.rawValue))
    }

    /// The server of a row, or what stands where one is expected.
    private struct Stage {
        var base: String
        var server: LoopbackServer?
        var network = CurlOptions()
        /// Lives as long as the test.
        var others: [Any] = []

        init(_ row: Row) throws {
            switch row {
            case .refused:
                let closed = try LoopbackClosedPort()
                base = "http://127.0.0.1:\(closed.port)"
                others = [closed]
            case .swallowed:
                let full = try LoopbackFullBacklog()
                base = "http://127.0.0.1:\(full.port)"
                others = [full]
            case .wrongName:
                let authority = try TLSAuthority()
                let server = try TLSServer(authority, .wrongName)
                base = String(server.url.rendered.dropLast())
                network.caBundle = authority.bundle
                others = [authority, server]
            default:
                let server = try LoopbackServer(row.play)
                base = String(server.url("/").rendered.dropLast())
                self.server = server
            }
        }

        func client(_ row: Row, _ log: LogLines) async throws -> S3Client {
            var options = AWSOptions()
            options.endpoints.s3 = base
            options.logsIdentity = false
            // Short where a limit is what ends the attempt, long where a busy machine could meet it.
            options.timeouts.connectSeconds = row == .swallowed ? 0.5 : 25
            options.timeouts.firstByteSeconds = row == .halfOpen ? 1 : 25
            options.timeouts.attemptSeconds = 30
            options.timeouts.stallSeconds = row == .drip ? 1 : 25
            options.timeouts.totalSeconds = 100
            let surroundings = Surroundings(
                environment: [
                    "AWS_ACCESS_KEY_ID": "AKIA", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "eu-west-1",
                ],
                homeDirectory: nil, clock: row == .clock ? JumpingClock() : SystemClock(), random: { 0.1 })
            return try await AWSSession(
                options, queueURL: nil, transport: try CurlTransport(network), surroundings: surroundings,
                logger: log.logger
            ).s3()
        }
    }
}
