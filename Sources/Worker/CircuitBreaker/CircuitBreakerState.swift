// SPDX-License-Identifier: Apache-2.0

/// The state of a circuit breaker, which stops receiving while a dependency (S3, the credentials, KMS, the output
/// bucket) fails. The failure then does not raise the receive counts of messages whose pictures are correct.
///
/// ```
///         failure of a dependency         nextProbe
///  closed -----------------------> open -----------------> half-open
///    ^ ^                           |  ^                     |     |
///    | +-- success of any message -+  +-- the probe fails --+     |
///    +------------------- the probe succeeds ---------------------+
/// ```
///
/// While the breaker is closed, it does not limit receiving. While it is open, each message that fails is held, which
/// means that its lease is kept and its record is repeated later, and no messages are received except by trial
/// receives, which receive a single message. While it is half-open, the record of one of the held messages is repeated
/// as a probe. A success that proves that the dependency works closes the breaker: that of the probe, of a trial
/// receive or of another message in flight.
///
/// The receive count of a held message does not rise, but that of a released message rises when it is received again.
/// Therefore a held message, including one of a trial receive, is released only in these cases:
/// 1. The breaker has been open for `holdTime`, more than `minimumHeld` messages are held, and the message is in its
///    first receive. Workers with a working network or valid credentials then receive it, and its receive count rises
///    at most once because of the outage, however many workers there are.
/// 2. `maxInFlight` messages have been held for `fullStallTimeout`, because these messages themselves can be the cause.
/// 3. The worker drains.
///
/// A success that closes the breaker makes the other messages that are held at that moment suspect. A message that
/// fails repeatedly while others succeed is itself the cause, and is isolated: it is treated as with the disposition
/// `retry`.
///
/// This type has no clock and does no I/O. `CircuitBreaker` does the waiting.
package struct CircuitBreakerState: Sendable {
    /// The state of the circuit breaker: closed, open or half-open.
    package enum Phase: Sendable, Equatable {
        /// No failure of the dependency is known.
        case closed
        /// The dependency has failed.
        case open
        /// The dependency has failed, and a probe tests whether it works again.
        case halfOpen
    }

    /// The stage of the processing of a record that failed or succeeded: reading the source, or, after it, writing the
    /// outputs.
    package enum Stage: Int, Sendable, Comparable {
        case read, write
        package static func < (a: Stage, b: Stage) -> Bool { a.rawValue < b.rawValue }
    }

    /// The treatment of a message after a failure.
    package enum FailureDecision: Sendable, Equatable {
        /// The message is held: its lease is kept until its record is repeated as a probe or the message is released.
        case hold
        /// The message and not the dependency is the cause, so the message is treated as with the disposition `retry`.
        case isolateMessage
        /// The breaker holds the maximum number of messages, so this message is released and retried later.
        case noRoom
    }

    /// The next action of a held message.
    package enum ProbeDecision: Sendable, Equatable {
        /// The record of the message is repeated as the probe, or because the breaker is closed.
        case proceed
        /// The message waits until this time by `WorkerClock`, or until the state of the breaker changes. With nil only
        /// a change of the state ends the wait.
        case wait(until: Duration?)
        /// The message is released and becomes visible again after this delay.
        case release(after: Duration)
    }

    /// The failure that opened the breaker, the held messages and the probes.
    package struct Opening: Sendable, Equatable {
        /// The kind of the latest failure.
        package var kind: WorkerError.Kind
        /// The time of the failure that opened the breaker, by `WorkerClock`.
        package var since: Duration
        /// The number of probes since the breaker opened.
        package var probes = 0
        /// The time of the next probe, by `WorkerClock`. When no message is in flight, it is the time of the next trial
        /// receive.
        package var nextProbe: Duration
        /// The time, by `WorkerClock`, of the latest failure of a message that was not held at that moment.
        fileprivate var lastNewFailure: Duration
        /// The message whose record is being repeated as the probe; nil when there is none.
        package var probe: LeaseManagerState.ID?
        /// The held messages, beginning with the next probe.
        fileprivate var held: [Held] = []

        /// The number of held messages.
        package var heldCount: Int { held.count }
    }

    fileprivate struct Held: Sendable, Equatable {
        var id: LeaseManagerState.ID
        var stage: Stage
        var isFirstReceive: Bool
    }

    /// The weights by which a message becomes suspect. Three successes of other messages isolate a message that is the
    /// only one to fail. While several messages fail, twelve successes are needed, because a dependency that works
    /// intermittently has the same effect.
    private enum Suspicion {
        /// The weight of a success of another message while only one message is held.
        static let alone = 4
        /// The weight of a success of another message while several messages are held.
        static let inCompany = 1
        /// The sum of weights at which the next failure isolates the message.
        static let threshold = 12
    }

    /// The time after the opening of the breaker in which no message is released. Most outages are shorter, and so do
    /// not raise the receive count of any message.
    static let holdTime = Duration.seconds(60)
    /// The delay after which a released message becomes visible again, except a release because of `fullStallTimeout`.
    static let releaseDelay = Duration.seconds(5)
    /// The minimum number of messages that stay held for probes after `holdTime`; further ones may be released.
    static let minimumHeld = 2
    /// The time from the latest failure of a message that was not held to the next trial receive (a receive of a single
    /// message), while several messages fail for the first time, as in an outage.
    static let trialReceiveInterval = Duration.seconds(300)
    /// The time from the latest failure of a message that was not held to the next trial receive (a receive of a single
    /// message), while only one message fails or all held messages are suspect.
    static let suspectTrialReceiveInterval = Duration.seconds(15)
    /// The time from the latest failure of a message that was not held to the release of one message, when
    /// `maxInFlight` messages are held. The released message becomes visible again after half of this time.
    static let fullStallTimeout = Duration.seconds(1800)

    /// The failure that opened the breaker, the held messages and the probes; nil while the breaker is closed.
    package private(set) var opening: Opening?
    private var suspicion: [LeaseManagerState.ID: Int] = [:]
    private var isDraining = false
    /// The maximum number of messages in flight. It can change at any time.
    package var maxInFlight: Int
    private let isRarelyNeeded: Bool
    private let backoff: Backoff

    /// Makes a closed circuit breaker.
    ///
    /// - Parameters:
    ///   - maxInFlight: The maximum number of messages in flight.
    ///   - isRarelyNeeded: True for a dependency that most messages do not need. At most half of `maxInFlight` messages
    ///     are then held, and the breaker closes when none is held.
    ///   - probes: The delays between probes.
    package init(
        maxInFlight: Int, isRarelyNeeded: Bool = false, probes: Backoff = .breakerProbe
    ) {
        self.maxInFlight = maxInFlight
        self.isRarelyNeeded = isRarelyNeeded
        backoff = probes
    }

    package var phase: Phase {
        guard let opening else { return .closed }
        return opening.probe == nil ? .open : .halfOpen
    }

    // MARK: Receiving

    /// Returns the number of messages that can be received now: nil (no limit) while the breaker is closed, otherwise 1
    /// when a trial receive is due and 0 when none is.
    package func allowance(now: Duration, inFlight: Int) -> Int? {
        guard let opening else { return nil }
        if inFlight == 0 { return now >= opening.nextProbe ? 1 : 0 }
        let isTrialInFlight = inFlight > opening.held.count
        return !isTrialInFlight && now >= nextTrialReceive(opening) ? 1 : 0
    }

    /// Returns the next time, by `WorkerClock`, at which `allowance` can change although no function that changes the
    /// state is called; nil when there is none.
    package func nextChange(after now: Duration) -> Duration? {
        guard let opening else { return nil }
        return [opening.nextProbe, nextTrialReceive(opening)].filter { $0 > now }.min()
    }

    private func nextTrialReceive(_ opening: Opening) -> Duration {
        let areSuspect = opening.held.count <= 1 || opening.held.allSatisfy { suspicion[$0.id] != nil }
        return opening.lastNewFailure
            + (areSuspect ? Self.suspectTrialReceiveInterval : Self.trialReceiveInterval)
    }

    // MARK: Held messages

    /// Records a failure with the disposition `open-breaker`, which opens the breaker unless the message is isolated or
    /// there is no room to hold it.
    ///
    /// - Parameters:
    ///   - receives: The receive count of the message.
    ///   - jitter: A random number in 0...1 for the delay until the next probe.
    package mutating func failed(
        _ kind: WorkerError.Kind, at stage: Stage, by id: LeaseManagerState.ID, receives: Int, now: Duration,
        jitter: Double
    ) -> FailureDecision {
        if phase == .closed, suspicion[id, default: 0] >= Suspicion.threshold {
            suspicion[id] = nil
            return .isolateMessage
        }
        let firstProbe = now + backoff.delay(attempt: 1, jitter: jitter)
        var current = opening ?? Opening(kind: kind, since: now, nextProbe: firstProbe, lastNewFailure: now)
        current.kind = kind
        if !current.held.contains(where: { $0.id == id }) {
            current.lastNewFailure = now
            guard !isRarelyNeeded || current.held.count < maxInFlight / 2 else {
                // Without a held message no probe could close the breaker.
                opening = current.held.isEmpty ? nil : current
                return .noRoom
            }
        }
        if current.probe == id {
            current.probe = nil
            current.nextProbe = now + backoff.delay(attempt: current.probes + 1, jitter: jitter)
        }
        current.held.removeAll { $0.id == id }
        current.held.append(Held(id: id, stage: stage, isFirstReceive: receives <= 1))
        opening = current
        return .hold
    }

    /// Returns the next action of a held message. When the breaker is open, `.proceed` makes the message the probe.
    package mutating func probeDecision(for id: LeaseManagerState.ID, now: Duration) -> ProbeDecision {
        if isDraining { return .release(after: Self.releaseDelay) }
        guard let current = opening, let held = current.held.first(where: { $0.id == id }) else {
            return .proceed
        }
        var times: [Duration] = []
        if held.isFirstReceive && current.held.count > Self.minimumHeld {
            let releaseTime = current.since + Self.holdTime
            if releaseTime <= now { return .release(after: Self.releaseDelay) }
            times.append(releaseTime)
        }
        if current.held.count >= maxInFlight, id == current.held.first(where: { $0.id != current.probe })?.id
        {
            let stallTime = current.lastNewFailure + Self.fullStallTimeout
            if stallTime <= now { return .release(after: Self.fullStallTimeout / 2) }
            times.append(stallTime)
        }
        if phase == .open && current.held.first?.id == id {
            if current.nextProbe <= now {
                opening?.probe = id
                opening?.probes += 1
                return .proceed
            }
            times.append(current.nextProbe)
        }
        return .wait(until: times.min())
    }

    /// Records a success of the dependency: a record has passed `stage`, or has failed with an error that proves that
    /// the dependency works.
    ///
    /// - Parameter isFinished: True when the record makes no more calls to the dependency.
    /// - Returns: True when the success has closed the breaker.
    package mutating func succeeded(
        _ id: LeaseManagerState.ID, _ stage: Stage, isFinished: Bool = true
    ) -> Bool {
        if isFinished { suspicion[id] = nil }
        guard let current = opening else { return false }
        let others = current.held.filter { $0.id != id }
        // A success in reading does not prove that the output bucket works.
        let isProof = stage >= (isFinished ? others : current.held).map(\.stage).max() ?? .read
        if isFinished { remove(id) }
        guard isProof else { return false }
        let weight = others.count == 1 ? Suspicion.alone : Suspicion.inCompany
        for other in others { suspicion[other.id, default: 0] += weight }
        opening = nil
        return true
    }

    /// Removes a message after its job has ended in any way.
    package mutating func forget(_ id: LeaseManagerState.ID) {
        suspicion[id] = nil
        remove(id)
    }

    /// Begins the drain, in which all held messages are released.
    ///
    /// - Returns: The message that is the probe; nil when there is none.
    package mutating func drain() -> LeaseManagerState.ID? {
        isDraining = true
        return opening?.probe
    }

    private mutating func remove(_ id: LeaseManagerState.ID) {
        opening?.held.removeAll { $0.id == id }
        if opening?.probe == id { opening?.probe = nil }
        if isRarelyNeeded, opening?.held.isEmpty == true { opening = nil }
    }
}

extension WorkerError.Kind {
    /// True when the error concerns the object only, so that it proves that the store can be read.
    var provesReading: Bool {
        switch self {
        case .notFound, .accessDenied, .sourceBucketMissing, .superseded, .archived, .tooLarge, .unsupported,
            .corrupt, .hostile, .tooSlow, .outputCollision:
            true
        case .notUnderstood, .bucketNotAllowed, .outputDenied, .outputBucketMissing, .throttled, .timedOut,
            .unavailable, .malformedResponse, .conditionsUnsupported, .credentials, .encryption,
            .queueMissing, .other:
            false
        }
    }
}
