// SPDX-License-Identifier: Apache-2.0

/// Tells the failure of a dependency from that of a picture. While S3, the keys or the output bucket fail, messages
/// are not received, so none burns its receives for a fault that is not its own. Pure: `CircuitBreaker` waits.
///
/// A message that fails is *held*: its lease is kept, and it waits for its turn. One at a time repeats its own work,
/// in turn; that is the probe, and it costs no receive. The first success ends the outage for all. So an outage
/// costs a message nothing, or one receive when it is given back:
///
/// 1. Only after `holding`, and while more than a `jury` is held, so that workers whose network or keys are in
///    order can have it.
/// 2. Only on its first receive. Whatever the number of workers, none gives it back a second time.
/// 3. Except that after half an hour with every slot held one makes room: they may be what fails, after all.
///
/// Now and then one message is received for another opinion. Should others succeed again and again where one
/// fails, it is that message's own fault after all.
package struct CircuitBreakerState: Sendable {
    /// How far a record came: what its failure is about, and what its success proves.
    package enum Stage: Int, Sendable, Comparable {
        case read, write
        package static func < (a: Stage, b: Stage) -> Bool { a.rawValue < b.rawValue }
    }

    package enum FailureDecision: Sendable, Equatable {
        /// Keep the message and ask for its `turn`.
        case hold
        /// It is the picture, not the dependency.
        case isolateMessage
        /// As many are held as may be.
        case noRoom
    }

    package enum ProbeDecision: Sendable, Equatable {
        case proceed
        /// Ask again at this time, or when something has changed.
        case wait(until: Duration?)
        /// To come again after this time.
        case release(after: Duration)
    }

    package struct Opening: Sendable, Equatable {
        package var kind: WorkerError.Kind
        package var since: Duration
        package var probes = 0
        package var nextProbe: Duration
        /// When the last message that was not held yet failed.
        fileprivate var lastTrialReceive: Duration
        /// Who repeats its work at present.
        package var probe: LeaseManagerState.ID?
        /// Those whose last attempt failed, the next prober first.
        fileprivate var held: [Held] = []

        package var heldCount: Int { held.count }
    }

    fileprivate struct Held: Sendable, Equatable {
        var id: LeaseManagerState.ID
        var stage: Stage
        var isFirstReceive: Bool
    }

    package private(set) var opening: Opening?
    /// How often others succeeded while a message failed, in quarters: in company with other failures it says little.
    private var suspicion: [LeaseManagerState.ID: Int] = [:]
    private var isDraining = false
    /// How many messages can be in flight. May change at any time.
    package var maxInFlight: Int
    private let leavesRoom: Bool
    private let backoff: Backoff

    /// For so long everybody is held: most outages are over by then, and have cost nothing.
    static let holdTime = Duration.seconds(60)
    /// A message given back after some work comes again after this time.
    static let releaseDelay = Duration.seconds(5)
    /// So many stay held after that.
    static let minimumHeld = 2
    /// Between opinions while several fail for the first time, as in a true outage.
    static let trialReceiveInterval = Duration.seconds(300)
    /// Between opinions about one that fails alone, or those that failed already while others succeeded.
    static let suspectTrialReceiveInterval = Duration.seconds(15)
    /// With every slot held, for so long.
    static let fullStallTimeout = Duration.seconds(1800)
    /// Three times alone against others' success.
    private static let suspicionThreshold = 12

    /// - Parameters:
    ///   - slots: How many messages can be in flight.
    ///   - leavesRoom: At most half of the slots hold messages, for the others do not need this dependency.
    ///   - probes: Delays between probes.
    package init(
        maxInFlight: Int, leavesRoom: Bool = false,
        probes: Backoff = Backoff(first: .seconds(2), last: .seconds(30))
    ) {
        self.maxInFlight = maxInFlight
        self.leavesRoom = leavesRoom
        backoff = probes
    }

    /// How many more messages may be received now; nil for as many as there are slots.
    package func allowance(now: Duration, inFlight: Int) -> Int? {
        guard let opening else { return nil }
        if inFlight == 0 { return now >= opening.nextProbe ? 1 : 0 }
        let isAnyoneUndecided = inFlight > opening.held.count
        return !isAnyoneUndecided && now >= nextTrialReceive(opening) ? 1 : 0
    }

    /// When `allowance` may change by itself.
    package func wake(now: Duration) -> Duration? {
        guard let opening else { return nil }
        return [opening.nextProbe, nextTrialReceive(opening)].filter { $0 > now }.min()
    }

    private func nextTrialReceive(_ opening: Opening) -> Duration {
        let isDoubtful = opening.held.count <= 1 || opening.held.allSatisfy { suspicion[$0.id] != nil }
        return opening.lastTrialReceive
            + (isDoubtful ? Self.suspectTrialReceiveInterval : Self.trialReceiveInterval)
    }

    /// A dependency failed a record. `receives` is the message's receive count, `jitter` random in 0...1.
    package mutating func failed(
        _ kind: WorkerError.Kind, at stage: Stage, by id: LeaseManagerState.ID, receives: Int, now: Duration,
        jitter: Double
    ) -> FailureDecision {
        if opening == nil, suspicion[id, default: 0] >= Self.suspicionThreshold {
            suspicion[id] = nil
            return .isolateMessage
        }
        let firstProbe = now + backoff.delay(attempt: 1, jitter: jitter)
        var current = opening ?? Opening(kind: kind, since: now, nextProbe: firstProbe, lastTrialReceive: now)
        current.kind = kind
        if !current.held.contains(where: { $0.id == id }) {
            current.lastTrialReceive = now
            guard !leavesRoom || current.held.count < maxInFlight / 2 else {
                // Nobody held is nobody who could find out when it is over.
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

    /// What the holder of a message that failed does now.
    package mutating func probeDecision(for id: LeaseManagerState.ID, now: Duration) -> ProbeDecision {
        if isDraining { return .release(after: Self.releaseDelay) }
        guard let current = opening, let held = current.held.first(where: { $0.id == id }) else {
            return .proceed
        }
        var times: [Duration] = []
        if held.isFirstReceive && current.held.count > Self.minimumHeld {
            times.append(current.since + Self.holdTime)
            if times[0] <= now { return .release(after: Self.releaseDelay) }
        }
        if current.held.count >= maxInFlight, id == current.held.first(where: { $0.id != current.probe })?.id
        {
            times.append(current.lastTrialReceive + Self.fullStallTimeout)
            if times[times.count - 1] <= now { return .release(after: Self.fullStallTimeout / 2) }
        }
        if current.probe == nil && current.held.first?.id == id {
            times.append(current.nextProbe)
            if current.nextProbe <= now {
                opening?.probe = id
                opening?.probes += 1
                return .proceed
            }
        }
        return .wait(until: times.min())
    }

    /// A record came so far, or failed in a way that proves that the dependency answers. `isFinished` when the record
    /// needs no more of it.
    ///
    /// - Returns: Whether this ended an outage.
    package mutating func succeeded(_ id: LeaseManagerState.ID, _ stage: Stage, isFinished: Bool = true)
        -> Bool
    {
        if isFinished { suspicion[id] = nil }
        guard let ended = opening else { return false }
        let others = ended.held.filter { $0.id != id }
        // A source that is missing says nothing about the output bucket.
        let proves = stage >= (isFinished ? others : ended.held).map(\.stage).max() ?? .read
        if isFinished { remove(id) }
        guard proves else { return false }
        for other in others { suspicion[other.id, default: 0] += others.count == 1 ? 4 : 1 }
        opening = nil
        return true
    }

    /// The job of this lease is over, however it ended.
    package mutating func forget(_ id: LeaseManagerState.ID) {
        suspicion[id] = nil
        remove(id)
    }

    /// From now on nobody waits.
    ///
    /// - Returns: Who probes at present.
    package mutating func drain() -> LeaseManagerState.ID? {
        isDraining = true
        return opening?.probe
    }

    private mutating func remove(_ id: LeaseManagerState.ID) {
        opening?.held.removeAll { $0.id == id }
        if opening?.probe == id { opening?.probe = nil }
        if leavesRoom, opening?.held.isEmpty == true { opening = nil }
    }
}

extension WorkerError.Kind {
    /// Whoever fails like this has had an answer about its object from a store that works.
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
