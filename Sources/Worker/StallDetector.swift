// SPDX-License-Identifier: Apache-2.0

internal import Support

/// A detector of parts of the worker that make no progress, which the watchdog uses.
///
/// Successful polls, extended leases and finished steps of work count as progress. A poll counts as overdue only when
/// it was due at several checks and the polling task has made no decision between them. Therefore the first check after
/// a suspension of the machine never reports polling.
struct StallDetector: Sendable {
    /// The state of the worker at the time of a check.
    struct Observation: Sendable {
        var polling: Poller.Snapshot
        /// The earliest expiry of a lease whose job is running, as a time of `WorkerClock`; nil when there is none.
        var earliestExpiry: Duration?
        /// The time of the latest finished step of work, by `WorkerClock`.
        var lastProgress: Duration
        /// True when a circuit breaker is open, so that every message in flight can be waiting for a dependency.
        var isBreakerOpen: Bool
    }

    /// The maximum duration of a call to the queue. The wait time of a receive is added.
    let callDeadline: Duration
    let visibility: Duration
    /// The time of the first check at which the present poll was due, and the number of decisions at that time; nil
    /// when no poll is due.
    private var pollDue: (since: Duration, decisions: UInt64)?

    /// The time by which a poll or a lease can exceed its limit before it is reported.
    private static let slack = Duration.seconds(30)
    /// The maximum time within which the polling task sends a poll that is due.
    private static let pollDelay = Duration.seconds(60)
    /// The maximum time between two finished steps of work on messages in flight, in addition to the time limit of a
    /// picture. The other steps are calls to S3, which end within their deadlines.
    private static let stepLimit = Duration.seconds(300)

    init(callDeadline: Duration, visibility: Duration) {
        self.callDeadline = callDeadline
        self.visibility = visibility
    }

    /// Returns one sentence about a part that makes no progress, or nil when there is none.
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
            let messages = "\(polling.inFlight.counted("message")) \(polling.inFlight.isOrAre)"
            return "\(messages) in flight and no step has finished for \(seconds(idle))"
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
