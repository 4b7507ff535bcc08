// SPDX-License-Identifier: Apache-2.0

/// Decides when to poll, and for how many messages. `Poller` sends the polls and reports their results.
///
/// A poll never requests more messages than can be started at once: a message that waits in a buffer uses up its
/// visibility timeout, and costs a receive when the process ends. Polls are short until the queue has answered one, so
/// that the first answer comes soon. Then they are long, except in the last second before an idle worker stops, and
/// with a `Limits.wait` or `Limits.idle` of zero.
package struct PollerState: Sendable {
    package enum Step: Sendable, Equatable {
        case poll(count: Int, wait: Duration)
        /// No poll until this time, or until something has changed: a finished step of work (`ProgressCounter`), the
        /// end of a message, a change of the circuit breaker, other options, or a drain.
        case pause(until: Duration?)
        /// No more polls at all.
        case stop
    }

    package struct Limits: Sendable, Equatable {
        /// The largest number of messages in flight.
        package var maxInFlight: Int
        /// The wait of a long poll; zero makes all polls short.
        package var wait: Duration
        /// The time after which the worker stops when the queue is empty and nothing is in flight; nil for never.
        package var idle: Duration?
        /// The number of messages after which the worker stops; nil for no limit.
        package var messages: Int?

        package init(maxInFlight: Int, wait: Duration, idle: Duration? = nil, messages: Int? = nil) {
            self.maxInFlight = maxInFlight
            self.wait = wait
            self.idle = idle
            self.messages = messages
        }
    }

    /// The limits may change at any time. A smaller `maxInFlight` takes effect as messages end.
    package var limits: Limits
    package private(set) var inFlight = 0
    /// The number of messages in flight that wait for the quarantine. They may wait without end, so they do not keep
    /// an idle worker from stopping.
    package var held = 0
    package private(set) var received = 0
    package private(set) var isDraining = false
    /// The time of the latest answered poll.
    package private(set) var lastAnswer: Duration?
    /// The number of failed polls since the latest answered one.
    package private(set) var failures = 0
    /// The number of long polls, in a row, that the queue answered empty before half of their wait was over.
    package private(set) var earlyEmptyResponses = 0
    private var retryAt = Duration.zero
    /// The time since which every poll has been empty and nothing has been in flight.
    private var emptySince: Duration?

    /// The pause after a short poll that brings nothing.
    private static let shortPollPause = Duration.seconds(1)
    /// The largest number of messages in one poll (SQS API Reference, ReceiveMessage).
    private static let maxMessagesPerPoll = 10

    package init(_ limits: Limits) { self.limits = limits }

    /// Returns what to do now.
    ///
    /// - Parameters:
    ///   - allowance: The number of messages that the circuit breaker permits; nil for no limit.
    ///   - isMemoryConstrained: True when so many jobs wait for memory that no further message is to be received.
    package func next(now: Duration, allowance: Int?, isMemoryConstrained: Bool) -> Step {
        guard !isDraining else { return .stop }
        let remaining = (limits.messages ?? .max) - received
        guard remaining > 0 else { return .stop }
        let idleEnd = limits.idle.flatMap { idle in emptySince.map { $0 + idle } }
        if let idleEnd, inFlight <= held, now >= idleEnd { return .stop }
        guard now >= retryAt else { return .pause(until: min(retryAt, idleEnd ?? retryAt)) }
        let free = min(limits.maxInFlight - inFlight, allowance ?? .max, remaining, Self.maxMessagesPerPoll)
        guard free > 0, !isMemoryConstrained else { return .pause(until: nil) }
        return .poll(count: free, wait: wait(now: now))
    }

    private func wait(now: Duration) -> Duration {
        guard lastAnswer != nil else { return .zero }
        guard let idle = limits.idle else { return limits.wait }
        // A poll must not last longer than the idle time that is left. SQS takes whole seconds.
        let left = idle - (emptySince.map { now - $0 } ?? .zero)
        return min(limits.wait, .seconds(max(0, left.components.seconds)))
    }

    /// Takes the answer to a poll.
    ///
    /// An empty answer to a short poll, or to a long poll that the queue did not hold, is followed by a pause: without
    /// it, polling would make thousands of requests a second.
    ///
    /// - Parameters:
    ///   - count: The number of messages in the answer.
    ///   - requestedAt: The time just before the request was sent.
    ///   - wait: The wait of the poll.
    ///   - jitter: A random number in 0...1.
    package mutating func answered(
        _ count: Int, requestedAt: Duration, wait: Duration, now: Duration, jitter: Double
    ) {
        let isFirst = lastAnswer == nil
        lastAnswer = now
        failures = 0
        let isEarly = count == 0 && wait > .zero && now - requestedAt < wait / 2
        earlyEmptyResponses = isEarly ? earlyEmptyResponses + 1 : 0
        if isEarly {
            retryAt = now + Backoff.pollFailure.delay(attempt: earlyEmptyResponses, jitter: jitter)
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

    /// Takes the failure of a poll. `jitter` is a random number in 0...1.
    package mutating func failed(now: Duration, jitter: Double) {
        failures += 1
        retryAt = now + Backoff.pollFailure.delay(attempt: failures, jitter: jitter)
        emptySince = nil
    }

    /// Takes the end of a message, when its job has settled it.
    package mutating func messageEnded() {
        inFlight -= 1
        precondition(inFlight >= 0, "more messages ended than were received")
    }

    /// Ends polling.
    package mutating func drain() { isDraining = true }
}
