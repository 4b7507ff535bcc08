// SPDX-License-Identifier: Apache-2.0

/// The state of polling, which determines when a poll (a receive call) is sent and for how many messages. `Poller`
/// sends the polls and reports their results.
///
/// A poll requests at most as many messages as jobs can start at once, because a message that waits in a buffer uses up
/// its visibility timeout, and its receive count rises when the process ends. It is sent when a third of the places is
/// free, at least one and at most ten, so that a poll of a full queue brings several messages. Polls are short polls
/// until one has succeeded, so that the first response arrives soon. Later they are long polls, except in the last
/// second before an idle worker stops, and with a `Limits.wait` or `Limits.idle` of zero.
package struct PollerState: Sendable {
    package enum Step: Sendable, Equatable {
        case poll(count: Int, wait: Duration)
        /// No poll is sent until this time by `WorkerClock`, or until one of these events, whichever comes first: a
        /// step of work is finished (`ProgressCounter`), a job ends, the circuit breaker or the options change, a drain
        /// begins. With nil only an event ends the pause.
        case pause(until: Duration?)
        /// No more polls are sent.
        case stop
    }

    package struct Limits: Sendable, Equatable {
        /// The maximum number of messages in flight that do not wait for a dependency.
        package var maxInFlight: Int
        /// The maximum number of messages in flight that are not counted in `maxInFlight` because they wait for a
        /// dependency.
        package var maxWaiting: Int
        /// The wait time of a long poll. With zero all polls are short polls.
        package var wait: Duration
        /// The time after which the worker stops when the queue is empty and no message is in flight; nil for never.
        package var idle: Duration?
        /// The number of messages after which the worker stops; nil for no limit.
        package var messages: Int?

        package init(
            maxInFlight: Int, maxWaiting: Int = 0, wait: Duration, idle: Duration? = nil, messages: Int? = nil
        ) {
            self.maxInFlight = maxInFlight
            self.maxWaiting = maxWaiting
            self.wait = wait
            self.idle = idle
            self.messages = messages
        }
    }

    /// The limits of polling, which can change at any time. A smaller `maxInFlight` takes effect as messages end.
    package var limits: Limits
    package private(set) var inFlight = 0
    /// The number of messages in flight that wait for the quarantine destination. Because their wait has no limit, an
    /// idle worker stops in spite of them.
    package var held = 0
    /// The number of messages in flight that wait for a dependency, `held` included. They take no place of the others.
    package var waiting = 0
    /// True when too few places are free for a poll.
    package var isFull: Bool { freePlaces < placesForPoll }
    /// The number of free places from which a poll is sent. The jobs in the other places keep the processors busy.
    private var placesForPoll: Int { min(max(1, limits.maxInFlight / 3), Self.maxMessagesPerPoll) }
    private var freePlaces: Int { limits.maxInFlight - (inFlight - min(waiting, limits.maxWaiting)) }
    package private(set) var received = 0
    package private(set) var isDraining = false
    /// The time of the latest successful poll, by `WorkerClock`; nil before the first.
    package private(set) var lastAnswer: Duration?
    /// The number of failed polls since the latest successful one.
    package private(set) var failures = 0
    /// The number of consecutive long polls whose response was empty and arrived before half of the wait time had
    /// passed.
    package private(set) var earlyEmptyResponses = 0
    private var retryAt = Duration.zero
    /// The time since which every poll has been empty and no message has been in flight; nil when that is not the case.
    private var emptySince: Duration?

    /// The pause after a short poll with an empty response.
    private static let shortPollPause = Duration.seconds(1)
    /// The maximum number of messages in one poll (SQS API Reference, ReceiveMessage).
    private static let maxMessagesPerPoll = 10

    package init(_ limits: Limits) { self.limits = limits }

    /// Returns the next step: a poll, a pause or the end of polling.
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
        let free = min(freePlaces, allowance ?? .max, remaining, Self.maxMessagesPerPoll)
        guard free > 0, !isFull, !isMemoryConstrained else { return .pause(until: nil) }
        return .poll(count: free, wait: wait(now: now))
    }

    private func wait(now: Duration) -> Duration {
        guard lastAnswer != nil else { return .zero }
        guard let idle = limits.idle else { return limits.wait }
        // A poll must not last longer than the idle time that is left. SQS takes whole seconds.
        let left = idle - (emptySince.map { now - $0 } ?? .zero)
        return min(limits.wait, .seconds(max(0, left.components.seconds)))
    }

    /// Records the response to a poll.
    ///
    /// A pause follows an empty response to a short poll, or to a long poll that arrives before half of its wait time
    /// has passed. Without it, thousands of requests would be sent in a second.
    ///
    /// - Parameters:
    ///   - count: The number of messages in the response.
    ///   - requestedAt: The time just before the request was sent.
    ///   - wait: The wait time of the poll.
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

    /// Records the failure of a poll. `jitter` is a random number in 0...1.
    package mutating func failed(now: Duration, jitter: Double) {
        failures += 1
        retryAt = now + Backoff.pollFailure.delay(attempt: failures, jitter: jitter)
        emptySince = nil
    }

    /// Records that a job has settled its message.
    package mutating func messageEnded() {
        inFlight -= 1
        precondition(inFlight >= 0, "more messages ended than were received")
    }

    /// Begins the drain, after which no more polls are sent.
    package mutating func drain() { isDraining = true }
}
