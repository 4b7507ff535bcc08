// SPDX-License-Identifier: Apache-2.0

import HTTP
import Scripted

@testable import Curl

/// The faults of the table, by their names in it: what a server does, and how long an attempt may take then.
enum ErrorTableRow: String, CaseIterable, Sendable {
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

    /// What the server does on each of its connections.
    ///
    /// - Parameter retryAfter: what a server that is asked too much asks for, in milliseconds.
    func play(_ peer: LoopbackConnection, retryAfter: Int? = nil) throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\nETag: \"a\"\r\n\r\n"
        var headers: Headers = ["ETag": "\"a\"", "x-amz-request-id": "R-1"]
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
            case .storm:
                let isFirst = request.headers["amz-sdk-request"]?.hasPrefix("attempt=1;") == true
                try peer.respond(isFirst ? 500 : 503, headers: headers)
            case .throttling:
                headers["x-amz-retry-after"] = retryAfter.map(String.init)
                try peer.respond(503, headers: headers, body: Self.error("SlowDown"))
            case .truncated:
                try peer.send(head + "the pic")
                return
            case .checksum:
                headers["x-amz-checksum-crc32c"] = "AAAAAA=="
                try peer.respond(200, headers: headers, body: [1, 2])
            case .redirect:
                headers["x-amz-bucket-region"] = "eu-north-1"
                let isThere = request.headers["Authorization"]?.contains("/eu-north-1/") == true
                try peer.respond(isThere ? 200 : 301, headers: headers)
            case .clock:
                headers["Date"] = "Tue, 14 Nov 2023 22:33:20 GMT"
                let isRight = request.headers["X-Amz-Date"]?.hasPrefix("20231114T2233") == true
                try peer.respond(
                    isRight ? 200 : 403, headers: headers,
                    body: isRight ? [] : Self.error("RequestTimeTooSkewed"))
            }
        }
    }

    private static func error(_ code: String) -> [UInt8] {
        Array("<Error><Code>\(code)</Code></Error>".utf8)
    }

    /// Short where a limit is what ends an attempt, long where a busy machine could meet it.
    func shortened(_ limits: Request.Limits) -> Request.Limits {
        var limits = limits
        limits.connect = self == .swallowed ? .milliseconds(500) : .seconds(25)
        limits.firstByte = self == .halfOpen ? .seconds(1) : .seconds(25)
        limits.stall = self == .drip ? .seconds(1) : .seconds(25)
        limits.total = .seconds(30)
        return limits
    }

    /// The longest that a limit lets one attempt take; zero where the other side ends it.
    func longest(_ limits: Request.Limits) -> Duration {
        switch self {
        case .swallowed: limits.connect
        case .halfOpen: Self.end(of: .waiting, limits)
        case .drip: Self.end(of: .receiving, limits)
        default: .zero
        }
    }

    /// When a transfer is given up that enters `phase` right after it was looked at, and stays there.
    private static func end(of phase: TransportError.Phase, _ limits: Request.Limits) -> Duration {
        let begin = ContinuousClock.now
        var state = CurlTransferState(limits, begin: begin)
        var now = begin
        var next = state.firstCheck(now: begin)
        repeat {
            now = next
            let progress = CurlTransferState.Progress(phase: phase, sentAt: begin, bytes: 0)
            guard case .proceed(let again) = state.check(progress, now: now) else { break }
            next = again
        } while true
        return now - begin
    }
}
