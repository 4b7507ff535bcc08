// SPDX-License-Identifier: Apache-2.0

import HTTP
import Scripted

@testable import Curl

/// The causes of failure in the table, by their names there: what the server does, and how long an attempt takes.
enum ErrorCause: String, CaseIterable, Sendable {
    case refused = "connection refused"
    case unanswered = "connection attempt without response"
    case reset = "connection reset in the body"
    case silent = "connection accepted, no response"
    case slow = "response below 512 bytes a second"
    case serverError = "status 500 and 503"
    case throttling
    case truncated = "truncated body"
    case checksum = "wrong checksum"
    case redirect = "bucket in another region"
    case wrongName = "TLS certificate for another name"
    case clock = "local clock 20 minutes off"

    /// Serves one connection.
    ///
    /// - Parameter retryAfter: the value of `x-amz-retry-after` for throttling, in milliseconds.
    func play(_ peer: LoopbackConnection, retryAfter: Int? = nil) throws {
        let head = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\nETag: \"a\"\r\n\r\n"
        var headers: Headers = ["ETag": "\"a\"", "x-amz-request-id": "R-1"]
        while true {
            let request = try peer.readRequest()
            switch self {
            case .refused, .unanswered, .wrongName: return
            case .reset:
                try peer.send(head + "the ")
                return peer.reset()
            case .silent: try peer.holdUntilHangUp()
            case .slow:
                try peer.send(head)
                try peer.drip([UInt8](repeating: 65, count: 100), every: .milliseconds(300))
            case .serverError:
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

    /// Returns limits for a test: short where a limit ends the attempt, long where only a busy machine could reach it.
    func shortened(_ limits: Request.Limits) -> Request.Limits {
        var limits = limits
        limits.connect = self == .unanswered ? .milliseconds(500) : .seconds(25)
        limits.firstByte = self == .silent ? .seconds(1) : .seconds(25)
        limits.stall = self == .slow ? .seconds(1) : .seconds(25)
        limits.total = .seconds(30)
        return limits
    }

    /// Returns the longest time that the limits allow for one attempt; zero where the server ends it.
    func longest(_ limits: Request.Limits) -> Duration {
        switch self {
        case .unanswered: limits.connect
        case .silent: Self.end(of: .waiting, limits)
        case .slow: Self.end(of: .receiving, limits)
        default: .zero
        }
    }

    /// Returns the time after which a transfer fails that enters `phase` right after a check and stays there.
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
