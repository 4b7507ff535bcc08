// SPDX-License-Identifier: Apache-2.0

import HTTP
import Support

/// The timeouts of one transfer: when its limits must be checked next, and which of them is exceeded.
///
/// libcurl enforces the limit for connecting (`CURLOPT_CONNECTTIMEOUT_MS`). It has no limit for the first byte of an
/// HTTP response, and its total (`CURLOPT_TIMEOUT_MS`) does not run while a transfer waits for a connection. These
/// two are enforced here, and with them the minimum rate.
///
/// The state is pure: the caller brings the time and the progress.
struct CurlTransferState {
    typealias Instant = ContinuousClock.Instant

    /// The progress of the transfer at the time of a check.
    struct Progress {
        var phase: TransportError.Phase
        /// The time at which the last byte of the request was sent; nil before.
        var sentAt: Instant?
        /// The bytes sent and received so far, headers included.
        var bytes: Int
    }

    enum Decision: Equatable {
        /// All limits are kept; the next check is due at this time.
        case proceed(nextCheck: Instant)
        /// A limit is exceeded; the text names it.
        case timedOut(String)
    }

    private let limits: Request.Limits
    private let begin: Instant
    private var rate: Rate?

    /// - Parameter begin: the time at which the request was passed to the transport.
    init(_ limits: Request.Limits, begin: Instant) {
        self.limits = limits
        self.begin = begin
    }

    /// Returns the time of the first check of a transfer that starts now. Most transfers have ended by then.
    func firstCheck(now: Instant) -> Instant {
        let early = limits.bytesPerSecond > 0 ? min(limits.firstByte, Rate.step(limits)) : limits.firstByte
        return min(begin + limits.total, now + max(early, .milliseconds(1)))
    }

    /// Checks all limits.
    mutating func check(_ progress: Progress, now: Instant) -> Decision {
        let end = begin + limits.total
        guard now < end else { return .timedOut("the total limit of \(limits.total) has passed") }
        var next = min(end, now + max(limits.firstByte, .milliseconds(1)))
        if progress.phase == .waiting, let sentAt = progress.sentAt {
            let due = sentAt + limits.firstByte
            guard now < due else {
                return .timedOut("no response within \(limits.firstByte) of the request's last byte")
            }
            next = min(next, due)
        }
        guard limits.bytesPerSecond > 0 else { return .proceed(nextCheck: next) }
        guard progress.phase == .sending || progress.phase == .receiving else {
            // The time that a server takes to respond does not count as a low rate. The checks go on at the same
            // interval, to measure the rate from the first byte on.
            rate = nil
            return .proceed(nextCheck: min(next, now + Rate.step(limits)))
        }
        if var known = rate, known.phase == progress.phase {
            guard known.isSufficient(progress.bytes, now: now, limits) else {
                return .timedOut("fewer than \(limits.bytesPerSecond) bytes a second for \(limits.stall)")
            }
            rate = known
        } else {
            rate = Rate(phase: progress.phase, sampledAt: now, bytes: progress.bytes, lastSufficient: now)
        }
        return .proceed(nextCheck: min(next, now + Rate.step(limits)))
    }
}

/// The transfer rate, sampled four times in the time `Request.Limits.stall`. The transfer has stalled when none of
/// the samples of that time reached the minimum rate.
private struct Rate {
    var phase: TransportError.Phase
    var sampledAt: ContinuousClock.Instant
    /// The bytes sent and received at `sampledAt`.
    var bytes: Int
    /// The time of the latest sample that reached the minimum rate.
    var lastSufficient: ContinuousClock.Instant

    /// The time between two samples, at least one millisecond.
    static func step(_ limits: Request.Limits) -> Duration { max(limits.stall / 4, .milliseconds(1)) }

    /// Takes a sample when one is due. Returns false when the transfer has stalled.
    mutating func isSufficient(_ bytes: Int, now: ContinuousClock.Instant, _ limits: Request.Limits) -> Bool {
        let span = now - sampledAt
        guard span >= Self.step(limits) else { return true }
        if Double(bytes - self.bytes) >= Double(limits.bytesPerSecond) * span.inSeconds {
            lastSufficient = now
        }
        sampledAt = now
        self.bytes = bytes
        return now - lastSufficient < limits.stall
    }
}
