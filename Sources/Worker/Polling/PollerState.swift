// SPDX-License-Identifier: Apache-2.0

/// When to ask the queue, and for how many. Pure: the poller asks `next` and reports what came.
///
/// Never more messages than can be started now: one that waits in a buffer burns its visibility and, at the next
/// deployment, a receive. An empty queue is asked with a long poll, and always once at first with a short one.
package struct PollerState: Sendable {
    package enum Step: Sendable, Equatable {
        case poll(count: Int, wait: Duration)
        /// Nothing to ask for; look again at this time or when something has changed.
        case pause(until: Duration?)
        /// No more polls, ever.
        case stop
    }

    package struct Limits: Sendable, Equatable {
        /// Messages in flight at once.
        package var maxInFlight: Int
        package var wait: Duration
        /// Stop when the queue has been empty and nothing in flight for this long.
        package var idle: Duration?
        /// Stop after this many messages.
        package var messages: Int?

        package init(maxInFlight: Int, wait: Duration, idle: Duration? = nil, messages: Int? = nil) {
            self.maxInFlight = maxInFlight
            self.wait = wait
            self.idle = idle
            self.messages = messages
        }
    }

    /// May change at any time. Fewer slots take effect as messages leave.
    package var limits: Limits
    package private(set) var inFlight = 0
    /// Of these, those that wait for something that may never come: they do not keep an idle worker from its end.
    package var held = 0
    package private(set) var received = 0
    package private(set) var isDraining = false
    /// Time of the last answered poll.
    package private(set) var lastAnswer: Duration?
    package private(set) var failures = 0
    /// Polls in a row that were answered empty before half of their wait was over.
    package private(set) var earlyEmptyResponses = 0
    private var retryAt = Duration.zero
    /// Between two short polls that bring nothing.
    static let shortPollPause = Duration.seconds(1)
    /// Since when every poll has been empty and nothing in flight.
    private var emptySince: Duration?

    package init(_ limits: Limits) { self.limits = limits }

    /// What to do now. `allowance` is what the breaker lets through, nil for no limit of its own; `isCrowded` means
    /// that jobs wait for memory, so another could not be started.
    package mutating func next(now: Duration, allowance: Int?, isMemoryConstrained: Bool) -> Step {
        guard !isDraining else { return .stop }
        let remaining = (limits.messages ?? .max) - received
        guard remaining > 0 else { return .stop }
        let idleEnd = limits.idle.flatMap { idle in emptySince.map { $0 + idle } }
        if let idleEnd, inFlight <= held, now >= idleEnd { return .stop }
        guard now >= retryAt else { return .pause(until: min(retryAt, idleEnd ?? retryAt)) }
        let room =
            isMemoryConstrained ? 0 : min(limits.maxInFlight - inFlight, allowance ?? .max, remaining, 10)
        guard room > 0 else { return .pause(until: nil) }
        return .poll(count: room, wait: wait(now: now))
    }

    private func wait(now: Duration) -> Duration {
        guard lastAnswer != nil else { return .zero }
        guard let idle = limits.idle else { return limits.wait }
        // An idle limit shorter than the wait must not be overslept; whole seconds are what SQS takes.
        let left = idle - (emptySince.map { now - $0 } ?? .zero)
        return min(limits.wait, .seconds(max(0, left.components.seconds)))
    }

    /// A poll brought `count` messages. It was sent at `asked` with this `wait`; `jitter` is random in 0...1.
    ///
    /// A queue that does not hold its empty answers back, or is not to, is not asked again at once: that would be
    /// thousands of requests a second.
    package mutating func answered(
        _ count: Int, asked: Duration, wait: Duration, now: Duration, jitter: Double
    ) {
        let isFirst = lastAnswer == nil
        lastAnswer = now
        failures = 0
        let isHurried = count == 0 && wait > .zero && now - asked < wait / 2
        earlyEmptyResponses = isHurried ? earlyEmptyResponses + 1 : 0
        if isHurried {
            retryAt = now + Backoff.poll.delay(attempt: earlyEmptyResponses, jitter: jitter)
        } else if count == 0, wait == .zero, !isFirst {
            retryAt = now + Self.shortPollPause
        }
        received += count
        inFlight += count
        if count > 0 || inFlight > held {
            emptySince = nil
        } else if emptySince == nil {
            emptySince = now
        }
    }

    /// The poll failed. `jitter` is random in 0...1.
    package mutating func failed(now: Duration, jitter: Double) {
        failures += 1
        retryAt = now + Backoff.poll.delay(attempt: failures, jitter: jitter)
        emptySince = nil
    }

    /// A message has left: its lease is settled or on the way to it.
    package mutating func ended() {
        inFlight -= 1
        precondition(inFlight >= 0, "more messages ended than began")
    }

    package mutating func drain() { isDraining = true }
}
