// SPDX-License-Identifier: Apache-2.0

import HTTP
import Support

/// The limits of one transfer: the time of their next check, and the decision about which of them is exceeded.
///
/// libcurl enforces the limit for connecting (`CURLOPT_CONNECTTIMEOUT_MS`). It has no limit for the first byte of an
/// HTTP response, and its limit for the total time (`CURLOPT_TIMEOUT_MS`) does not include the wait for a connection.
/// This type enforces these two limits and the minimum transfer rate.
///
/// This type does no I/O and has no clock. The caller passes the time and the progress.
struct CurlTransferState {
    typealias Instant = ContinuousClock.Instant

    /// The progress of the transfer at the time of a check.
    struct Progress {
        var phase: TransportError.Phase
        /// The time at which the last byte of the request was sent; nil while it is being sent.
        var sentAt: Instant?
        /// The number of bytes sent and received so far, including the headers.
        var bytes: Int
    }

    enum Decision: Equatable {
        /// No limit is exceeded, and the next check is due at this time.
        case proceed(nextCheck: Instant)
        /// A limit is exceeded, which the text describes.
        case timedOut(String)
    }

    private let limits: Request.Limits
    private let begin: Instant
    private var rate: Rate?

    /// Makes the state of a transfer that has not started.
    ///
    /// - Parameter begin: the time at which the request was passed to the transport.
    init(_ limits: Request.Limits, begin: Instant) {
        self.limits = limits
        self.begin = begin
    }

    /// Returns the time of the first check of the limits for a transfer that starts at `now`. Most transfers end
    /// earlier.
    func firstCheck(now: Instant) -> Instant {
        let early = limits.bytesPerSecond > 0 ? min(limits.firstByte, Rate.step(limits)) : limits.firstByte
        return min(begin + limits.total, now + max(early, .milliseconds(1)))
    }

    /// Checks all limits at the time `now`, and returns the time of the next check or the exceeded limit.
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

/// The transfer rate, which is sampled four times in the time `Request.Limits.stall`. The transfer has stalled when
/// none of the samples in this time reached the minimum rate.
private struct Rate {
    var phase: TransportError.Phase
    var sampledAt: ContinuousClock.Instant
    /// The number of bytes that were sent and received until `sampledAt`.
    var bytes: Int
    /// The time of the latest sample that reached the minimum rate.
    var lastSufficient: ContinuousClock.Instant

    /// Returns the time between two samples, at least one millisecond.
    static func step(_ limits: Request.Limits) -> Duration { max(limits.stall / 4, .milliseconds(1)) }

    /// Samples the transfer rate when a sample is due. Returns false when the transfer has stalled.
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
