// SPDX-License-Identifier: Apache-2.0

/// Finds a part of the worker that makes no progress, for the watchdog.
///
/// Progress is answered polls, extended leases and finished steps of work, never a timer. Every check is an
/// observation: a poll is overdue only if several checks have seen it due and the polling task has made no decision in
/// between. The first check after a suspension of the machine therefore never finds a stall of polling.
struct StallDetector: Sendable {
    /// The state of the worker at the time of a check.
    struct Observation: Sendable {
        var polling: Poller.Snapshot
        /// The earliest end of a lease whose job is running.
        var earliestExpiry: Duration?
        /// The time of the latest finished step.
        var lastProgress: Duration
        /// True when every message in flight may be waiting for a dependency to recover.
        var isBreakerOpen: Bool
    }

    /// The longest duration of a call of the queue; a receive may take its wait in addition.
    let callDeadline: Duration
    let visibility: Duration
    /// The time of the first check that saw a poll due, and the number of decisions at that time.
    private var pollDue: (since: Duration, decisions: UInt64)?

    /// The time by which a poll or a lease may exceed its limit.
    private static let slack = Duration.seconds(30)
    /// The time within which the polling task sends a poll that is due.
    private static let pollDelay = Duration.seconds(60)
    /// The time between two steps of the work on messages in flight, in addition to the time limit of a picture. The
    /// other steps are calls to S3, which end within their deadlines.
    private static let stepLimit = Duration.seconds(300)

    init(callDeadline: Duration, visibility: Duration) {
        self.callDeadline = callDeadline
        self.visibility = visibility
    }

    /// Returns one sentence about a part that makes no progress, or nil.
    mutating func check(_ observation: Observation, now: Duration) -> String? {
        let polling = observation.polling
        if let poll = polling.poll, now - poll.requestedAt > poll.wait + callDeadline + Self.slack {
            return "a poll has not been answered for \(seconds(now - poll.requestedAt))"
        }
        if let since = pollDueSince(polling, now: now), now - since > Self.pollDelay {
            return "no poll has been sent for \(seconds(now - since)) although one is due"
        }
        if let expiry = observation.earliestExpiry, now - expiry > visibility + callDeadline + Self.slack {
            return "a lease ended \(seconds(now - expiry)) ago and its job is still running"
        }
        let idle = now - observation.lastProgress
        if polling.inFlight > 0, !observation.isBreakerOpen, idle > polling.pictureLimit + Self.stepLimit {
            return "\(polling.inFlight) messages are in flight and no step has finished for \(seconds(idle))"
        }
        return nil
    }

    private mutating func pollDueSince(_ polling: Poller.Snapshot, now: Duration) -> Duration? {
        guard polling.isPollDue else {
            pollDue = nil
            return nil
        }
        if let pollDue, pollDue.decisions == polling.decisions { return pollDue.since }
        pollDue = (now, polling.decisions)
        return now
    }

    private func seconds(_ duration: Duration) -> String { "\(duration.components.seconds) s" }
}
