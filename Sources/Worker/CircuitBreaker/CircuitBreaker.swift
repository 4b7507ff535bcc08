// SPDX-License-Identifier: Apache-2.0

internal import Metrics
internal import Support

/// The breaker in its lock, with a voice, and with those who wait for their turn.
final class CircuitBreaker: Sendable {
    /// What fails when the breaker opens.
    enum Dependency: Sendable {
        /// Sources or outputs: nothing can be done, so nothing is received.
        case storage
        /// The place for reasons, which most messages never need.
        case quarantine
    }

    private struct State {
        var breaker: CircuitBreakerState
        var waiting: [LeaseManagerState.ID: Wakeup] = [:]
    }

    private let dependency: Dependency
    private let state: Locked<State>
    private let clock: any WorkerClock
    private let leases: LeaseManager
    private let metrics: WorkerMetrics
    private let log: WorkerLog
    private let progress: ProgressCounter

    init(
        _ dependency: Dependency, maxInFlight: Int, clock: any WorkerClock, leases: LeaseManager,
        metrics: WorkerMetrics,
        log: WorkerLog, progress: ProgressCounter
    ) {
        self.dependency = dependency
        state = Locked(
            State(
                breaker: CircuitBreakerState(maxInFlight: maxInFlight, leavesRoom: dependency == .quarantine))
        )
        self.clock = clock
        self.leases = leases
        self.metrics = metrics
        self.log = log
        self.progress = progress
    }

    func resize(maxInFlight: Int) { state.withLock { $0.breaker.maxInFlight = maxInFlight } }

    var opening: CircuitBreakerState.Opening? { state.withLock { $0.breaker.opening } }

    func allowance(now: Duration, inFlight: Int) -> (messages: Int?, wake: Duration?) {
        state.withLock { ($0.breaker.allowance(now: now, inFlight: inFlight), $0.breaker.wake(now: now)) }
    }

    func failed(
        _ error: WorkerError, at stage: CircuitBreakerState.Stage, by id: LeaseManagerState.ID, receives: Int,
        jitter: Double
    ) -> CircuitBreakerState.FailureDecision {
        let now = clock.now
        let (decision, isNew) = state.withLock { state -> (CircuitBreakerState.FailureDecision, Bool) in
            let wasClosed = state.breaker.opening == nil
            let decision = state.breaker.failed(
                error.kind, at: stage, by: id, receives: receives, now: now, jitter: jitter)
            return (decision, wasClosed && state.breaker.opening != nil)
        }
        if isNew {
            if dependency == .storage { metrics.breakerOpenings.increment() }
            log.breakerOpened(error, of: dependency)
        }
        changed()
        return decision
    }

    /// Waits until a message that was held may try again.
    ///
    /// - Returns: `.proceed` or `.giveBack`.
    /// - Throws: `CancellationError`.
    func waitForProbe(of id: LeaseManagerState.ID) async throws -> CircuitBreakerState.ProbeDecision {
        let wakeup = Wakeup(clock: clock)
        state.withLock { $0.waiting[id] = wakeup }
        defer { state.withLock { $0.waiting[id] = nil } }
        while true {
            try Task.checkCancellation()
            let now = clock.now
            let turn = state.withLock { $0.breaker.probeDecision(for: id, now: now) }
            guard case .wait(let until) = turn else { return turn }
            await wakeup.wait(until: until)
        }
    }

    func succeeded(_ id: LeaseManagerState.ID, _ stage: CircuitBreakerState.Stage, isFinished: Bool = true) {
        let ended = state.withLock { state -> CircuitBreakerState.Opening? in
            let opening = state.breaker.opening
            return state.breaker.succeeded(id, stage, isFinished: isFinished) ? opening : nil
        }
        if let ended { log.breakerClosed(ended.kind, of: dependency, after: clock.now - ended.since) }
        changed()
    }

    func forget(_ id: LeaseManagerState.ID) {
        state.withLock { $0.breaker.forget(id) }
        changed()
    }

    /// Those who wait give their messages back at once: a failing dependency is not waited for at the end.
    func drain() {
        if let probe = state.withLock({ $0.breaker.drain() }) { leases.stop(probe, .drain) }
        changed()
    }

    private func changed() {
        let waiting = state.withLock { Array($0.waiting.values) }
        for wakeup in waiting { wakeup.signal() }
        progress.record()
    }
}
