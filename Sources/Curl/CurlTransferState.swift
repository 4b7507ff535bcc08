// SPDX-License-Identifier: Apache-2.0

import HTTP

/// The clock of one transfer: says when to look at it next, and whether a limit has passed by then.
///
/// libcurl keeps the limit for connecting. It has none for the first byte of an HTTP response, and its total
/// does not run while a transfer waits for a free connection, so those are kept here, with the pace.
/// Pure: the caller brings the time and what it sees.
struct CurlTransferState {
    typealias Instant = ContinuousClock.Instant

    /// What is seen of the transfer.
    struct Progress {
        var phase: TransportError.Phase
        /// When the request's last byte left, once it has.
        var sentAt: Instant?
        /// Bytes sent and received so far, headers included.
        var moved: Int
    }

    enum Verdict: Equatable {
        case inTime(lookAgainAt: Instant)
        case late(String)
    }

    private let limits: Request.Limits
    private let begin: Instant
    private var pace: Pace?

    /// The request was handed over at `begin`.
    init(_ limits: Request.Limits, begin: Instant) {
        self.limits = limits
        self.begin = begin
    }

    /// When to look for the first time at a transfer that begins now. Most have ended by then.
    func firstLook(now: Instant) -> Instant {
        let early = limits.bytesPerSecond > 0 ? min(limits.firstByte, Pace.step(limits)) : limits.firstByte
        return min(begin + limits.total, now + max(early, .milliseconds(1)))
    }

    mutating func look(at progress: Progress, now: Instant) -> Verdict {
        let end = begin + limits.total
        guard now < end else { return .late("the total limit of \(limits.total) has passed") }
        var next = min(end, now + max(limits.firstByte, .milliseconds(1)))
        if progress.phase == .waiting, let sentAt = progress.sentAt {
            let due = sentAt + limits.firstByte
            guard now < due else {
                return .late("no answer within \(limits.firstByte) of the request's last byte")
            }
            next = min(next, due)
        }
        guard limits.bytesPerSecond > 0 else { return .inTime(lookAgainAt: next) }
        guard progress.phase == .sending || progress.phase == .receiving else {
            // A server that thinks is not a slow line; but do not miss the moment when bytes begin to flow.
            pace = nil
            return .inTime(lookAgainAt: min(next, now + Pace.step(limits)))
        }
        if var known = pace, known.phase == progress.phase {
            guard known.goesOn(progress.moved, now: now, limits) else {
                return .late("fewer than \(limits.bytesPerSecond) bytes a second for \(limits.stall)")
            }
            pace = known
        } else {
            pace = Pace(phase: progress.phase, sampleAt: now, sample: progress.moved, lastFast: now)
        }
        return .inTime(lookAgainAt: min(next, now + Pace.step(limits)))
    }
}

/// Samples four times in `stall`; the transfer stalls when none of the samples in that time was fast enough.
private struct Pace {
    var phase: TransportError.Phase
    var sampleAt: ContinuousClock.Instant
    var sample: Int
    var lastFast: ContinuousClock.Instant

    static func step(_ limits: Request.Limits) -> Duration { max(limits.stall / 4, .milliseconds(1)) }

    mutating func goesOn(_ moved: Int, now: ContinuousClock.Instant, _ limits: Request.Limits) -> Bool {
        let span = now - sampleAt
        guard span >= Self.step(limits) else { return true }
        if Double(moved - sample) >= Double(limits.bytesPerSecond) * (span / .seconds(1)) { lastFast = now }
        sampleAt = now
        sample = moved
        return now - lastFast < limits.stall
    }
}
