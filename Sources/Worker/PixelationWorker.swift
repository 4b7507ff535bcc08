// SPDX-License-Identifier: Apache-2.0

package import Logging
internal import Metrics
internal import Support

/// Takes messages from the queue and sees each through to its end.
package final class PixelationWorker: Sendable {
    private struct State {
        var intake: PollerState
        var pollFailure: WorkerError?
        /// Since when the outstanding poll is out, and how long it may take.
        var poll: (since: Duration, wait: Duration)?
        /// Since when the poller has been seen to have something to do and has not done it.
        var owedSince: Duration?
        var isDraining = false
        var isForced = false
        var lastPicture: Duration?
        var lag: Duration?
    }

    private let queue: any MessageQueue
    /// As at the start: what leases and polls are made of does not change.
    private let options: WorkerOptions
    private let metrics: WorkerMetrics
    private let clock: any WorkerClock
    private let random: @Sendable () -> Double
    private let log: WorkerLog
    private let progress: ProgressCounter
    private let leases: LeaseManager
    private let breaker: CircuitBreaker
    private let quarantineBreaker: CircuitBreaker
    private let budget: MemoryBudget
    /// How messages are worked on now. Each takes its own copy when it is received.
    private let job: Locked<Job>
    private let pollStopSignal = StopSignal()
    private let state: Locked<State>
    private let firstAnswers = AsyncStream<Void>.makeStream()

    /// The queue's last words, deletes and releases, may take this long after the last job has ended.
    private static let flushTime = Duration.seconds(10)
    /// What is being written when the drain's time is over may take this much more.
    private static let lastWords = Duration.seconds(5)
    /// A poll that is out this much longer than its wait and the deadline of a call has been forgotten.
    private static let pollSlack = Duration.seconds(30)
    /// The poller acts on what has changed within this time.
    private static let turnSlack = Duration.seconds(60)

    /// `options` must be without `problems()`; without a `quarantine` hopeless messages are left to the queue's own
    /// dead-letter queue; `random` gives 0...1, for jitter.
    package init(
        queue: any MessageQueue, store: any ObjectStore, engine: any PictureEngine,
        quarantine: (any Quarantine)? = nil, identity: WorkerIdentity = WorkerIdentity(),
        options: WorkerOptions,
        metrics: WorkerMetrics, logger: Logger, clock: any WorkerClock = SystemWorkerClock(),
        random: @escaping @Sendable () -> Double = { Double.random(in: 0...1) }
    ) {
        self.queue = queue
        self.options = options
        self.metrics = metrics
        self.clock = clock
        self.random = random
        log = WorkerLog(logger)
        progress = ProgressCounter(clock: clock)
        leases = LeaseManager(queue: queue, clock: clock, options: options, metrics: metrics, log: log)
        breaker = CircuitBreaker(
            .storage, maxInFlight: options.effectiveMaxInFlight, clock: clock, leases: leases,
            metrics: metrics,
            log: log, progress: progress)
        quarantineBreaker = CircuitBreaker(
            .quarantine, maxInFlight: options.effectiveMaxInFlight, clock: clock, leases: leases,
            metrics: metrics,
            log: log, progress: progress)
        budget = MemoryBudget(bytes: options.memoryBytes)
        job = Locked(
            Job(
                store: store, engine: engine, quarantine: quarantine, identity: identity,
                options: options,
                policy: Policy(overrides: options.policy), budget: budget, leases: leases, breaker: breaker,
                quarantineBreaker: quarantineBreaker, resultCache: RecordResultCache(), clock: clock,
                metrics: metrics, log: log, progress: progress, random: random))
        state = Locked(State(intake: PollerState(PollerState.Limits(options))))
    }

    /// Messages received from now on are worked on with these options and this engine; those in hand go on as they
    /// began, and no lease is touched. More slots and memory are used at once, fewer as what is in hand ends.
    ///
    /// - Parameter options: without `problems()`. Waits, visibility, linger, drain and the places of outputs must be
    ///   as they were at the start.
    package func apply(_ options: WorkerOptions, engine: any PictureEngine) {
        job.withLock { job in
            job.options = options
            job.policy = Policy(overrides: options.policy)
            job.engine = engine
        }
        budget.resize(to: options.memoryBytes)
        for breaker in [breaker, quarantineBreaker] {
            breaker.resize(maxInFlight: options.effectiveMaxInFlight)
        }
        state.withLock { $0.intake.limits = PollerState.Limits(options) }
        progress.wakeup.signal()
    }

    /// Works until drained, idle for `idleSeconds` or done with `maxMessages`; when it returns, nothing is in
    /// flight. Cancelling the task stops at once instead: messages then come again when their visibility is over.
    ///
    /// - Throws: `WorkerError` of kind `.queueMissing` when the very first answer says so. Later the same answer
    ///   is a failure like others: queues are deleted by mistake and made again.
    package func run() async throws {
        var failure: WorkerError?
        await withTaskGroup(of: Void.self) { services in
            services.addTask { await self.leases.run() }
            await withDiscardingTaskGroup { jobs in
                failure = await poll(into: &jobs)
                // Nobody comes any more who could tell that it works again.
                quarantineBreaker.drain()
            }
            leases.close()
            let limit = clock.schedule(at: clock.now + Self.flushTime) { self.leases.abandon() }
            if Task.isCancelled { leases.abandon() }
            await services.waitForAll()
            clock.cancel(limit)
        }
        if let failure { throw failure }
        try Task.checkCancellation()
        log.workerDrained(deleted: metrics.deleted.value, released: metrics.released.value)
    }

    /// Returns when the queue has answered the first poll, or when the task is cancelled. The first poll is a short
    /// one, so this never waits for a message. Only one task may call it.
    package func firstAnswer() async { for await _ in firstAnswers.stream { return } }

    /// Stops receiving and returns at once; `run` returns when nothing is in flight. Idempotent.
    ///
    /// The outstanding poll ends by itself, because the queue goes on delivering to a poll whose client has gone;
    /// messages that it brings are released. Jobs that have started get `drainSeconds`, all others are released at
    /// once. Uploads that are under way at the end of that time get five seconds more.
    ///
    /// - Parameter force: Releases all messages now, as at the end of `drainSeconds`.
    package func drain(force: Bool = false) {
        let (isFirst, inFlight) = state.withLock { state -> (Bool, Int) in
            defer { state.isDraining = true }
            state.intake.drain()
            return (!state.isDraining, state.intake.inFlight)
        }
        if isFirst { beginDrain(inFlight) }
        if force { forceStop() }
        progress.wakeup.signal()
    }

    private func beginDrain(_ inFlight: Int) {
        log.workerDraining(inFlight: inFlight)
        let pollEnd = state.withLock { state -> Duration? in
            // Under the lock in which a poll ends, so that `flushReleases` comes after this. The additional second
            // is for the request's way to the queue.
            guard let poll = state.poll else { return nil }
            let end = poll.since + poll.wait + .seconds(1)
            leases.deferReleases(until: end)
            return end
        }
        if let pollEnd {
            // A poll that lasts longer waits for credentials or for an answer that does not come.
            after(max(.zero, pollEnd - clock.now) + Self.lastWords) { $0.pollStopSignal.request(.drain) }
        }
        leases.stopUnstarted(.drain)
        for breaker in [breaker, quarantineBreaker] { breaker.drain() }
        after(.seconds(options.drainSeconds)) { $0.forceStop() }
    }

    private func forceStop() {
        let (isFirst, inFlight) = state.withLock { state -> (Bool, Int) in
            defer { state.isForced = true }
            return (!state.isForced, state.intake.inFlight)
        }
        guard isFirst else { return }
        if inFlight > 0 { log.workerStopForced(inFlight: inFlight) }
        leases.stopAll(.drain)
        pollStopSignal.request(.drain)
        after(Self.lastWords) { $0.leases.abortAll(.drain) }
    }

    private func after(_ time: Duration, _ body: @escaping @Sendable (PixelationWorker) -> Void) {
        _ = clock.schedule(at: clock.now + time) { [weak self] in
            if let self { body(self) }
        }
    }

    // MARK: Polling

    /// Returns when no more messages are to be received; jobs may still be running.
    private func poll(into jobs: inout DiscardingTaskGroup) async -> WorkerError? {
        var isFirst = true
        while !Task.isCancelled {
            switch nextStep() {
            case .stop: return nil
            case .pause(let until): await progress.wakeup.wait(until: until)
            case .poll(let count, let wait):
                do {
                    guard let deliveries = try await receive(count, wait: wait) else { return nil }
                    if isFirst { firstAnswers.continuation.yield() }
                    isFirst = false
                    for delivery in deliveries.messages {
                        begin(delivery, asked: deliveries.asked, in: &jobs)
                    }
                } catch {
                    if isFirst && error.kind == .queueMissing { return error }
                }
            }
        }
        return nil
    }

    private func nextStep() -> PollerState.Step {
        let now = clock.now
        return state.withLock { state in
            state.owedSince = nil
            return step(&state, now: now)
        }
    }

    private func step(_ state: inout State, now: Duration) -> PollerState.Step {
        // A few may wait for memory: smaller ones pass them by.
        let isMemoryConstrained = budget.waiting > state.intake.limits.maxInFlight / 2
        // Those who wait for the quarantine say nothing about the work.
        state.intake.held = quarantineBreaker.opening?.heldCount ?? 0
        let working = state.intake.inFlight - state.intake.held
        let (allowance, wake) = breaker.allowance(now: now, inFlight: working)
        let step = state.intake.next(now: now, allowance: allowance, isMemoryConstrained: isMemoryConstrained)
        guard case .pause(let until) = step, let wake, wake > now else { return step }
        return .pause(until: min(until ?? wake, wake))
    }

    private func receive(
        _ count: Int, wait: Duration
    ) async throws(WorkerError) -> (messages: [Delivery], asked: Duration)? {
        let asked = clock.now
        state.withLock { $0.poll = (asked, wait) }
        let visibility = Duration.seconds(options.visibilitySeconds)
        let result = await pollStopSignal.run { [queue] in
            do {
                return Result<[Delivery], any Error>.success(
                    try await queue.receive(count, wait: wait, visibility: visibility))
            } catch {
                return .failure(error)
            }
        }
        let now = clock.now
        switch result {
        case .success(let messages):
            answered(messages, asked: asked, wait: wait, now: now)
            leases.flushReleases()
            return (messages, asked)
        case .failure(let error):
            let error =
                error as? WorkerError
                ?? WorkerError(.other, operation: "ReceiveMessage", detail: "\(error)")
            guard !Task.isCancelled, pollStopSignal.reason == nil else {
                leases.flushReleases(pollWasCancelled: true)
                return nil
            }
            let jitter = random()
            let failures = state.withLock { state -> Int in
                state.poll = nil
                state.pollFailure = error
                state.intake.failed(now: now, jitter: jitter)
                return state.intake.failures
            }
            leases.flushReleases()
            metrics.pollFailures.increment()
            log.pollFailed(error, failures: failures)
            throw error
        }
    }

    private func answered(_ messages: [Delivery], asked: Duration, wait: Duration, now: Duration) {
        let jitter = random()
        let (failures, hurried) = state.withLock { state -> (Int, Int) in
            let failures = state.intake.failures
            state.poll = nil
            state.pollFailure = nil
            state.intake.answered(messages.count, asked: asked, wait: wait, now: now, jitter: jitter)
            state.lag = messages.isEmpty ? .zero : messages.compactMap(\.age).max()
            metrics.inFlight.set(state.intake.inFlight)
            return (failures, state.intake.earlyEmptyResponses)
        }
        // Once may happen; a row of them is how the queue is, or what stands before it.
        if hurried == 3 { log.emptyPollsTooFast(wait) }
        metrics.polls.increment()
        metrics.received.increment(by: messages.count)
        metrics.redelivered.increment(by: messages.count { $0.receiveCount > 1 })
        if failures > 0 { log.pollRecovered(after: failures) }
    }

    private func begin(_ delivery: Delivery, asked: Duration, in jobs: inout DiscardingTaskGroup) {
        if let age = delivery.age { metrics.queueAge.record(age) }
        guard let (lease, stopSignal) = leases.register(delivery, requestedAt: asked) else { return ended() }
        guard !state.withLock({ $0.intake.isDraining }) else {
            leases.settle(lease, .release(.zero))
            return ended()
        }
        let job = job.withLock { $0 }
        jobs.addTask { [self] in
            let before = metrics.records[.done]
            await job.run(InFlightMessage(delivery: delivery, lease: lease, stopSignal: stopSignal))
            if metrics.records[.done] > before {
                let now = clock.now
                state.withLock { $0.lastPicture = now }
            }
            ended()
        }
    }

    private func ended() {
        state.withLock { state in
            state.intake.ended()
            metrics.inFlight.set(state.intake.inFlight)
        }
        progress.wakeup.signal()
    }

    // MARK: Status

    package var status: WorkerStatus {
        let now = clock.now
        let (intake, pollFailure, poll, lastPicture, lag) = state.withLock {
            ($0.intake, $0.pollFailure, $0.poll, $0.lastPicture, $0.lag)
        }
        let (opening, quarantineOpening) = (breaker.opening, quarantineBreaker.opening)
        var status = WorkerStatus()
        status.sinceLastPoll = intake.lastAnswer.map { now - $0 }
        status.pollFailure = pollFailure
        status.inFlight = intake.inFlight
        status.bytesInFlight = budget.used
        status.waitingForMemory = budget.waiting
        status.oldestLease = leases.oldestReceipt.map { now - $0 }
        status.done = Int(clamping: metrics.records[.done])
        status.skipped = Int(clamping: metrics.records[.skipped])
        status.ignored = Int(clamping: metrics.records[.ignored])
        status.retried = Int(clamping: metrics.records[.retried])
        status.quarantined = Int(clamping: metrics.records[.quarantined])
        status.received = Int(clamping: metrics.received.value - metrics.adopted.value)
        status.redelivered = Int(clamping: metrics.redelivered.value)
        status.deleted = Int(clamping: metrics.deleted.value)
        status.released = Int(clamping: metrics.released.value)
        status.lag = lag
        status.sinceLastPicture = lastPicture.map { now - $0 }
        status.progress = Int(truncatingIfNeeded: progress.count)
        status.opening = opening.map { WorkerStatus.OpenBreaker($0.kind, age: now - $0.since) }
        status.quarantineOpening = quarantineOpening.map {
            WorkerStatus.OpenBreaker($0.kind, age: now - $0.since)
        }
        status.stall = stall(
            now: now, poll: poll, intake: intake,
            isOutage: opening != nil || intake.inFlight <= quarantineOpening?.heldCount ?? 0)
        return status
    }

    /// Progress is polls answered and leases moving, not a timer that ticks.
    private func stall(
        now: Duration, poll: (since: Duration, wait: Duration)?, intake: PollerState, isOutage: Bool
    ) -> String? {
        let slack = queue.deadline + Self.pollSlack
        if let poll, now - poll.since > poll.wait + slack {
            return "a poll has been out for \((now - poll.since).components.seconds) s"
        }
        if let since = owedPoll(now: now), now - since > Self.turnSlack {
            return
                "the queue has not been asked for \((now - since).components.seconds) s, and nothing speaks against it"
        }
        if let expiry = leases.earliestExpiry,
            now - expiry > .seconds(options.visibilitySeconds) + slack
        {
            return "a lease ended \((now - expiry).components.seconds) s ago and its job goes on"
        }
        let maxOvertakes = job.withLock { $0.engine.timeLimit } + .seconds(300)
        if intake.inFlight > 0, !isOutage, now - progress.last > maxOvertakes {
            let stalled = (now - progress.last).components.seconds
            return "\(intake.inFlight) messages in flight and no step finished for \(stalled) s"
        }
        return nil
    }
}

extension PixelationWorker {
    /// Since when the poller could ask the queue and has not; nil when there is nothing for it to do.
    private func owedPoll(now: Duration) -> Duration? {
        state.withLock { state in
            // On a copy: only the poller moves on.
            var copy = state
            guard state.poll == nil, case .poll = step(&copy, now: now) else {
                state.owedSince = nil
                return nil
            }
            let since = state.owedSince ?? now
            state.owedSince = since
            return since
        }
    }
}

extension PollerState.Limits {
    fileprivate init(_ options: WorkerOptions) {
        self.init(
            maxInFlight: options.effectiveMaxInFlight, wait: .seconds(options.waitSeconds),
            idle: options.idleSeconds.map { .seconds($0) }, messages: options.maxMessages)
    }
}
