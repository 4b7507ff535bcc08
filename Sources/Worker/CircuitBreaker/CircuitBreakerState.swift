// SPDX-License-Identifier: Apache-2.0

/// A circuit breaker that stops receiving while a dependency (S3, the credentials, KMS, the output bucket) fails,
/// so that the failure does not use up the receives of messages that are in order.
///
/// ```
///         failure of a dependency           nextProbe
///  closed ───────────────────────▶ open ─────────────────▶ half-open
///    ▲ ▲                           │  ▲                     │     │
///    │ └── success of any message ─┘  └── the probe fails ──┘     │
///    └───────────────────── the probe succeeds ───────────────────┘
/// ```
///
/// Closed: messages are received without a limit of the breaker's. Open: each message that fails is held, which means
/// that its lease is kept and its record is repeated later; only trial receives are permitted. Half-open: one of
/// the held messages repeats its record as a probe, which costs no receive. Every success that proves that the
/// dependency works closes the breaker: that of the probe, of a trial receive or of another message in flight.
///
/// A held message costs nothing, a released one costs a receive. So a held message, including one that a trial
/// receive has brought, is released only
/// 1. after `holdTime`, while more than `minimumHeld` are held, so that workers with a working network or valid
///    credentials receive it;
/// 2. on its first receive, so that it loses at most one receive, however many workers there are;
/// 3. regardless of 1 and 2, after `fullStallTimeout` with every slot held: the held messages themselves may be the
///    cause.
///
/// A trial receive takes one further message. If it succeeds where others fail, those others become suspect: a
/// message that fails again and again while others succeed is at fault itself, and is treated as with the disposition
/// `retry`.
///
/// This is the pure state machine; `CircuitBreaker` does the waiting.
package struct CircuitBreakerState: Sendable {
    /// The state as the pattern names it.
    package enum Phase: Sendable, Equatable {
        /// The dependency works, as far as is known.
        case closed
        /// The dependency fails.
        case open
        /// The dependency fails, and a probe is in progress.
        case halfOpen
    }

    /// The part of a record that a failure prevents or a success proves: reading the source, or writing the outputs
    /// (which comes after reading).
    package enum Stage: Int, Sendable, Comparable {
        case read, write
        package static func < (a: Stage, b: Stage) -> Bool { a.rawValue < b.rawValue }
    }

    /// The answer to a failure.
    package enum FailureDecision: Sendable, Equatable {
        /// The message keeps its lease and waits for `probeDecision`.
        case hold
        /// The message is at fault and not the dependency: it is treated as with the disposition `retry`.
        case isolateMessage
        /// The breaker holds as many messages as it may: this one is retried later.
        case noRoom
    }

    /// The next action of a held message.
    package enum ProbeDecision: Sendable, Equatable {
        /// The message repeats its record: as the probe, or because the breaker is closed.
        case proceed
        /// The message waits. The next decision is due at this time, or when the state has changed.
        case wait(until: Duration?)
        /// The message is released with this delay.
        case release(after: Duration)
    }

    /// The facts about an open breaker.
    package struct Opening: Sendable, Equatable {
        /// The latest kind of failure.
        package var kind: WorkerError.Kind
        /// The time of the failure that opened the breaker.
        package var since: Duration
        /// The number of probes until now.
        package var probes = 0
        /// The time of the next probe, or of the next trial receive if nothing is held.
        package var nextProbe: Duration
        /// The time of the latest failure of a message that was not held before.
        fileprivate var lastNewFailure: Duration
        /// The message that repeats its record as the probe.
        package var probe: LeaseManagerState.ID?
        /// The messages whose latest attempt failed, the next probe first.
        fileprivate var held: [Held] = []

        /// The number of held messages.
        package var heldCount: Int { held.count }
    }

    fileprivate struct Held: Sendable, Equatable {
        var id: LeaseManagerState.ID
        var stage: Stage
        var isFirstReceive: Bool
    }

    /// The weights with which a message becomes suspect: three successes of others isolate a message that fails
    /// alone. It takes twelve while several fail, since a dependency that works now and then looks the same.
    private enum Suspicion {
        /// Added for a success of another message while this is the only one held.
        static let alone = 4
        /// Added for a success of another message while several are held.
        static let inCompany = 1
        /// The sum at which the next failure isolates the message.
        static let threshold = 12
    }

    /// The time during which no message is released: most outages are shorter and so cost no receive.
    static let holdTime = Duration.seconds(60)
    /// The delay after which a released message becomes visible.
    static let releaseDelay = Duration.seconds(5)
    /// The number of messages that stay held after `holdTime`, for probes.
    static let minimumHeld = 2
    /// The time between trial receives while several messages fail for the first time, as in an outage.
    static let trialReceiveInterval = Duration.seconds(300)
    /// The time between trial receives while one message fails alone, or while all held messages are suspect.
    static let suspectTrialReceiveInterval = Duration.seconds(15)
    /// The time with every slot held after which one message is released.
    static let fullStallTimeout = Duration.seconds(1800)

    /// The facts about the open breaker; nil while it is closed.
    package private(set) var opening: Opening?
    private var suspicion: [LeaseManagerState.ID: Int] = [:]
    private var isDraining = false
    /// The number of messages that can be in flight. May change at any time.
    package var maxInFlight: Int
    private let isRarelyNeeded: Bool
    private let backoff: Backoff

    /// - Parameters:
    ///   - maxInFlight: The number of messages that can be in flight.
    ///   - isRarelyNeeded: True for a dependency that most messages do not need. At most half of the slots then hold
    ///     messages, and the breaker closes when none is held.
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

    /// Returns the number of messages that may be received now, 0 or 1; nil for no limit.
    package func allowance(now: Duration, inFlight: Int) -> Int? {
        guard let opening else { return nil }
        if inFlight == 0 { return now >= opening.nextProbe ? 1 : 0 }
        let isTrialInFlight = inFlight > opening.held.count
        return !isTrialInFlight && now >= nextTrialReceive(opening) ? 1 : 0
    }

    /// The next time at which `allowance` may change without an event.
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

    /// Takes a failure of a record that its policy attributes to a dependency, and opens the breaker.
    ///
    /// - Parameters:
    ///   - receives: The receive count of the message.
    ///   - jitter: A random number in 0...1.
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

    /// Decides what a held message does now. `.proceed` from an open breaker makes the message the probe.
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

    /// Takes a success: a record has passed `stage`, or has failed in a way that proves that the dependency answers.
    ///
    /// - Parameter isFinished: True when the record makes no more calls to the dependency.
    /// - Returns: True when this has closed the breaker.
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

    /// Removes a message whose job has ended, in whatever way.
    package mutating func forget(_ id: LeaseManagerState.ID) {
        suspicion[id] = nil
        remove(id)
    }

    /// Ends the waiting: held messages are released from now on.
    ///
    /// - Returns: The message that is the probe.
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
    /// True for a failure that is an answer about the object, which proves that the store can be read.
    var provesReading: Bool {
        switch self {
        case .notFound, .accessDenied, .sourceBucketMissing, .superseded, .archived, .tooLarge, .unsupported,
            .corrupt, .hostile, .tooSlow:
            true
        case .notUnderstood, .outputDenied, .outputBucketMissing, .throttled, .timedOut, .unavailable,
            .credentials, .encryption, .queueMissing, .other:
            false
        }
    }
}
