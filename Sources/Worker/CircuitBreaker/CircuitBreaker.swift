// SPDX-License-Identifier: Apache-2.0

internal import Metrics
internal import Support

/// The circuit breaker of one dependency. It is closed, open or half-open, and all jobs share it.
///
/// `CircuitBreakerState` contains the rules. This class suspends the jobs of held messages until their record can be
/// repeated. It also logs and counts how often the breaker opens.
final class CircuitBreaker: Sendable {
    /// The dependency whose failure opens the circuit breaker.
    enum Dependency: Sendable {
        /// The buckets of sources and outputs, with credentials and KMS. Every message needs this dependency. While it
        /// fails, messages are received only by trial receives, each of a single message.
        case storage
        /// The quarantine destination, which most messages do not need.
        case quarantine
    }

    /// The values that the lock protects.
    private struct Shared {
        var breaker: CircuitBreakerState
        /// The wakeups of the jobs whose held messages wait for their probe.
        var waiters: [LeaseManagerState.ID: Wakeup] = [:]
    }

    private let dependency: Dependency
    private let state: Locked<Shared>
    private let clock: any WorkerClock
    private let leases: LeaseManager
    private let metrics: WorkerMetrics
    private let log: WorkerLog
    private let progress: ProgressCounter

    init(
        _ dependency: Dependency, maxInFlight: Int, clock: any WorkerClock, leases: LeaseManager,
        metrics: WorkerMetrics, log: WorkerLog, progress: ProgressCounter
    ) {
        self.dependency = dependency
        let breaker = CircuitBreakerState(
            maxInFlight: maxInFlight, isRarelyNeeded: dependency == .quarantine)
        state = Locked(Shared(breaker: breaker))
        self.clock = clock
        self.leases = leases
        self.metrics = metrics
        self.log = log
        self.progress = progress
    }

    func resize(maxInFlight: Int) { state.withLock { $0.breaker.maxInFlight = maxInFlight } }

    /// The failure that opened the breaker and the probes since then; nil while the breaker is closed.
    var opening: CircuitBreakerState.Opening? { state.withLock { $0.breaker.opening } }

    /// True while the circuit breaker is open or half-open.
    var isOpen: Bool { opening != nil }

    /// Returns the number of messages that can be received now, nil for no limit, and the next time at which this
    /// number can change, nil when it can change only by an event such as the end of a job.
    ///
    /// - Parameters:
    ///   - now: The current time by `WorkerClock`, as is the returned time.
    ///   - inFlight: The number of messages in flight without those that wait for another dependency.
    func allowance(now: Duration, inFlight: Int) -> (messages: Int?, nextChange: Duration?) {
        state.withLock {
            ($0.breaker.allowance(now: now, inFlight: inFlight), $0.breaker.nextChange(after: now))
        }
    }

    /// Records a failure of the dependency, which opens the breaker unless the message is isolated or there is no room
    /// to hold it.
    ///
    /// - Parameters:
    ///   - id: The lease of the message whose record failed.
    ///   - receives: The receive count of the message.
    ///   - jitter: A random number in 0...1 for the delay until the next probe.
    func failed(
        _ error: WorkerError, at stage: CircuitBreakerState.Stage, by id: LeaseManagerState.ID, receives: Int,
        jitter: Double
    ) -> CircuitBreakerState.FailureDecision {
        let now = clock.now
        let (decision, hasOpened) = state.withLock { state -> (CircuitBreakerState.FailureDecision, Bool) in
            let wasClosed = state.breaker.phase == .closed
            let decision = state.breaker.failed(
                error.kind, at: stage, by: id, receives: receives, now: now, jitter: jitter)
            return (decision, wasClosed && state.breaker.phase != .closed)
        }
        if hasOpened {
            if dependency == .storage { metrics.breakerOpenings.increment() }
            log.breakerOpened(error, of: dependency)
        }
        changed()
        return decision
    }

    /// Waits until the record of a held message can be repeated, or the message must be released.
    ///
    /// - Returns: `.proceed` or `.release`.
    /// - Throws: `CancellationError`.
    func waitForProbe(of id: LeaseManagerState.ID) async throws -> CircuitBreakerState.ProbeDecision {
        let wakeup = Wakeup(clock: clock)
        state.withLock { $0.waiters[id] = wakeup }
        defer { state.withLock { $0.waiters[id] = nil } }
        while true {
            try Task.checkCancellation()
            let now = clock.now
            let decision = state.withLock { $0.breaker.probeDecision(for: id, now: now) }
            guard case .wait(let until) = decision else { return decision }
            await wakeup.wait(until: until)
        }
    }

    /// Records a success of the dependency, which can close the breaker. Callers can omit it while the breaker is
    /// closed.
    ///
    /// - Parameters:
    ///   - id: The lease of the message whose record succeeded.
    ///   - stage: The stage that succeeded. A success in reading does not prove that writing works.
    ///   - isFinished: True when the record makes no more calls to the dependency.
    func succeeded(_ id: LeaseManagerState.ID, _ stage: CircuitBreakerState.Stage, isFinished: Bool = true) {
        let ended = state.withLock { state -> CircuitBreakerState.Opening? in
            let opening = state.breaker.opening
            return state.breaker.succeeded(id, stage, isFinished: isFinished) ? opening : nil
        }
        if let ended { log.breakerClosed(ended.kind, of: dependency, after: clock.now - ended.since) }
        changed()
    }

    /// Removes a message from the breaker after its job has ended in any way.
    func forget(_ id: LeaseManagerState.ID) {
        state.withLock { $0.breaker.forget(id) }
        changed()
    }

    /// Releases all held messages, including the probe, because a drain does not wait for a failing dependency.
    func drain() {
        if let probe = state.withLock({ $0.breaker.drain() }) { leases.stop(probe, .drain) }
        changed()
    }

    private func changed() {
        let waiters = state.withLock { Array($0.waiters.values) }
        for waiter in waiters { waiter.signal() }
        progress.record()
    }
}
