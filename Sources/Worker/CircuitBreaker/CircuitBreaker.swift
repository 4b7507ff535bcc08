// SPDX-License-Identifier: Apache-2.0

internal import AWS
internal import Metrics
internal import Support

/// The circuit breaker of one dependency. It is closed, open or half-open, and all jobs share it.
///
/// `CircuitBreakerState` contains the rules, and `ObservedStore` reports the requests. This class suspends the jobs of
/// held messages until their record can be repeated. It also logs and counts how often the breaker opens.
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
        /// The messages that were isolated. Their objects fail again when they are received again.
        var isolated = RecentMessages()
        var refused = RefusedSources()
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
        _ dependency: Dependency, options: WorkerOptions, clock: any WorkerClock, leases: LeaseManager,
        metrics: WorkerMetrics, log: WorkerLog, progress: ProgressCounter
    ) {
        self.dependency = dependency
        let breaker = CircuitBreakerState(
            room: Self.room(options, dependency), isRarelyNeeded: dependency == .quarantine)
        state = Locked(Shared(breaker: breaker))
        self.clock = clock
        self.leases = leases
        self.metrics = metrics
        self.log = log
        self.progress = progress
    }

    /// Returns the number of messages that can be held. All messages in flight together have `effectiveMaxInFlight` and
    /// `effectiveMaxWaiting` places, of which a quarter of the latter is for the quarantine.
    private static func room(_ options: WorkerOptions, _ dependency: Dependency) -> Int {
        let forQuarantine = options.effectiveMaxWaiting / 4
        return switch dependency {
        case .storage: options.effectiveMaxInFlight + options.effectiveMaxWaiting - forQuarantine
        case .quarantine: forQuarantine
        }
    }

    func apply(_ options: WorkerOptions) {
        state.withLock { $0.breaker.room = Self.room(options, dependency) }
    }

    /// The failure that opened the breaker, and the trial receives since then; nil while the breaker is closed.
    var opening: CircuitBreakerState.Opening? { state.withLock { $0.breaker.opening } }

    /// The number of held messages.
    var heldCount: Int { state.withLock { $0.breaker.heldCount } }

    /// Returns the number of messages that can be received now, nil for no limit, and the next time at which this
    /// number changes, nil when it changes only by an event such as the end of a job.
    ///
    /// - Parameter now: The current time by `WorkerClock`, as is the returned time.
    func allowance(now: Duration) -> (messages: Int?, nextChange: Duration?) {
        state.withLock { ($0.breaker.allowance(now: now), $0.breaker.opening?.nextTrial) }
    }

    /// Returns the number of messages that wait for the dependency, held or with a stalled request, and the time at
    /// which another request can become stalled.
    func waiting(now: Duration) -> (count: Int, nextChange: Duration?) {
        state.withLock { $0.breaker.waiting(now: now) }
    }

    /// Records that messages were received. While the breaker is open, the next trial receive follows after a pause.
    ///
    /// - Parameter jitter: A random number in 0...1.
    func received(jitter: Double) {
        let now = clock.now
        state.withLock { $0.breaker.received(now: now, jitter: jitter) }
    }

    /// Records that a job has ended without a failure. If the breaker is still open, the next trial receive comes soon.
    func trialWasInconclusive() {
        let now = clock.now
        state.withLock { $0.breaker.trialWasInconclusive(now: now) }
    }

    // MARK: Requests

    /// Records that a request of a message is sent at `time`.
    func began(_ id: LeaseManagerState.ID, at time: Duration) {
        state.withLock { $0.breaker.began(id, now: time) }
    }

    /// Records the end of a request.
    ///
    /// - Parameter isSuccess: True when the result of the request shows that the dependency works.
    func ended(_ id: LeaseManagerState.ID, _ request: RequestHistory.Request, isSuccess: Bool) {
        let now = clock.now
        if isSuccess { isReadable(after: request) }
        report(now: now) { $0.ended(id, request, isSuccess: isSuccess, now: now) }
    }

    /// Records that the result of a request that ended earlier shows that the dependency works.
    func succeeded(_ id: LeaseManagerState.ID, _ request: RequestHistory.Request) {
        let now = clock.now
        isReadable(after: request)
        report(now: now) { $0.succeeded(id, request, now: now) }
    }

    /// Records that sources can be read if a request was a download.
    private func isReadable(after request: RequestHistory.Request) {
        if request.operation == .read { state.withLock { $0.refused.removeAll() } }
    }

    /// Changes the state by a result, and logs the closing of the breaker by this change.
    private func report(now: Duration, _ body: (inout CircuitBreakerState) -> Bool) {
        let (hasChanged, closed) = state.withLock { state -> (Bool, CircuitBreakerState.Opening?) in
            let opening = state.breaker.opening
            let hasChanged = body(&state.breaker)
            return (hasChanged, state.breaker.opening == nil ? opening : nil)
        }
        if let closed { log.breakerClosed(closed.kind, of: dependency, after: now - closed.since) }
        if hasChanged || closed != nil { changed() }
    }

    // MARK: Failures

    /// Records a failure of the dependency, which may open the breaker.
    ///
    /// - Parameters:
    ///   - request: The failed request, after its `ended`.
    ///   - message: The message whose record failed.
    ///   - jitter: A random number in 0...1 for the delay until the repetition.
    func failed(
        _ error: WorkerError, _ request: RequestHistory.Request, by message: InFlightMessage, jitter: Double
    ) -> CircuitBreakerState.FailureDecision {
        let now = clock.now
        let messageID = message.content.messageID
        let wasIsolated = state.withLock { $0.isolated.contains(messageID) }
        let decision = change(after: error) { breaker in
            breaker.failed(
                error.kind, request, by: message.lease, receives: message.content.receiveCount,
                wasIsolated: wasIsolated, now: now, jitter: jitter)
        }
        if decision == .isolateMessage { state.withLock { $0.isolated.insert(messageID) } }
        changed()
        return decision
    }

    /// Records that the source of a message may not be read.
    ///
    /// - Returns: True when the refusal is a failure of the dependency: the sources of several messages may not be
    ///   read, and none has been downloaded in between.
    func isFailureOfAll(_ refusal: WorkerError, of message: InFlightMessage) -> Bool {
        guard refusal.kind.isRefusal else { return false }
        return state.withLock { $0.refused.insert(message.content.messageID) }
    }

    /// Waits until the record of a held message can be repeated, or the message must be released.
    ///
    /// - Parameter error: The failure because of which the message is held.
    /// - Returns: `.proceed` or `.release`.
    /// - Throws: `CancellationError`.
    func waitForProbe(
        of id: LeaseManagerState.ID, after error: WorkerError
    ) async throws -> CircuitBreakerState.ProbeDecision {
        let wakeup = Wakeup(clock: clock)
        state.withLock { $0.waiters[id] = wakeup }
        defer { state.withLock { $0.waiters[id] = nil } }
        while true {
            try Task.checkCancellation()
            let now = clock.now
            let decision = change(after: error) { $0.probeDecision(for: id, now: now) }
            guard case .wait(let until) = decision else { return decision }
            await wakeup.wait(until: until)
        }
    }

    /// Changes the state, and logs and counts the opening of the breaker by this change.
    private func change<Decision>(
        after error: WorkerError, _ body: (inout CircuitBreakerState) -> Decision
    ) -> Decision {
        let (decision, hasOpened) = state.withLock { state -> (Decision, Bool) in
            let wasClosed = state.breaker.opening == nil
            let decision = body(&state.breaker)
            return (decision, wasClosed && state.breaker.opening != nil)
        }
        if hasOpened {
            if dependency == .storage { metrics.breakerOpenings.increment() }
            log.breakerOpened(error, of: dependency)
            changed()
        }
        return decision
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
        progress.wakeup.signal()
    }
}
