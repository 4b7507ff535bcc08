// SPDX-License-Identifier: Apache-2.0

package import Logging
internal import Metrics
internal import Support

/// The worker, which receives messages from the queue, makes the outputs of the sources in their records, and deletes
/// the messages.
///
/// The worker consists of these parts: `Poller` receives messages, a `Job` processes each message, `LeaseManager`
/// extends the leases and settles the messages, and `CircuitBreaker` holds messages while a dependency fails.
package final class PixelationWorker: Sendable {
    /// The options at the start of the worker. The options for leases and polls do not change later; see `apply`.
    private let options: WorkerOptions
    private let clock: any WorkerClock
    private let metrics: WorkerMetrics
    private let log: WorkerLog
    private let progress: ProgressCounter
    private let budget: MemoryBudget
    private let backlog: Backlog
    private let leases: LeaseManager
    /// The circuit breaker for sources and outputs.
    private let breaker: CircuitBreaker
    private let quarantineBreaker: CircuitBreaker
    private let poller: Poller
    private let stallDetector: Locked<StallDetector>
    private let drainState = Locked((hasBegun: false, isForced: false))

    /// The maximum time for the deletes and releases that are pending when the last job has ended.
    private static let flushTime = Duration.seconds(10)
    /// The time for which attempts that have begun to upload can continue after a force stop. A poll that is in
    /// progress when the drain begins is cancelled this time after its latest expected end.
    private static let commitTime = Duration.seconds(5)

    /// Makes a worker, which receives nothing before `run` is called.
    ///
    /// - Parameters:
    ///   - quarantine: The destination of permanent failures; nil when only the redrive policy of the queue moves them.
    ///   - options: The options, which must have no `problems()`.
    ///   - random: The function that returns a random number in 0...1 for jitter.
    ///   - tracer: The maker of traces; nil without tracing.
    package init(
        queue: any MessageQueue, store: any ObjectStore, engine: any PictureEngine,
        quarantine: (any Quarantine)? = nil, identity: WorkerIdentity = WorkerIdentity(),
        options: WorkerOptions, metrics: WorkerMetrics, logger: Logger,
        clock: any WorkerClock = SystemWorkerClock(),
        random: @escaping @Sendable () -> Double = { Double.random(in: 0...1) }, tracer: Tracer? = nil
    ) {
        self.options = options
        self.clock = clock
        self.metrics = metrics
        let log = WorkerLog(logger)
        let progress = ProgressCounter(clock: clock)
        let leases = LeaseManager(queue: queue, clock: clock, options: options, metrics: metrics, log: log)
        func breaker(_ dependency: CircuitBreaker.Dependency) -> CircuitBreaker {
            CircuitBreaker(
                dependency, options: options, clock: clock, leases: leases,
                metrics: metrics, log: log, progress: progress)
        }
        let job = Job(
            store: store, engine: engine, quarantine: quarantine, identity: identity, options: options,
            policy: Policy(overrides: options.policy),
            budget: MemoryBudget(bytes: options.effectiveMemoryBytes),
            leases: leases, breaker: breaker(.storage), quarantineBreaker: breaker(.quarantine),
            suspects: SuspectGate(leases: leases, clock: clock, progress: progress),
            resultCache: RecordResultCache(), backlog: Backlog(options, clock: clock), clock: clock,
            metrics: metrics, log: log, progress: progress,
            random: random, tracer: tracer)
        self.log = log
        self.progress = progress
        self.leases = leases
        budget = job.budget
        backlog = job.backlog
        self.breaker = job.breaker
        quarantineBreaker = job.quarantineBreaker
        poller = Poller(queue: queue, job: job)
        stallDetector = Locked(
            StallDetector(callDeadline: queue.deadline, visibility: .seconds(options.visibilitySeconds)))
    }

    /// Applies changed options and an engine to the messages that are received from now on. Messages in flight keep the
    /// previous ones. Larger values of `memoryBytes` and `maxInFlight` take effect at once, and smaller ones as
    /// messages end.
    ///
    /// - Parameter options: The options, which must have no `problems()`. The wait time, the visibility timeout, the
    ///   batch delay, `drainSeconds` and the destination of the outputs must be those of the start.
    package func apply(_ options: WorkerOptions, engine: any PictureEngine) {
        poller.apply(options, engine: engine)
        budget.resize(to: options.effectiveMemoryBytes)
        backlog.apply(options)
        for breaker in [breaker, quarantineBreaker] { breaker.apply(options) }
        progress.wakeup.signal()
    }

    /// Runs the worker until it is drained, has been idle for `idleSeconds`, or has processed `maxMessages` messages.
    ///
    /// When the function returns, all jobs have ended, and the queue has confirmed their deletes and releases or
    /// `flushTime` has passed. A message whose delete or release is not confirmed becomes visible again when its
    /// visibility timeout has passed. When the calling task is cancelled, the worker stops without a drain, and all
    /// messages in flight become visible again in this way.
    ///
    /// - Throws: `WorkerError` of kind `.queueMissing` when the queue does not exist before the first successful poll
    ///   (later polls are repeated, because the queue can be created again), or `CancellationError` when the task is
    ///   cancelled.
    package func run() async throws {
        var failure: WorkerError?
        await withTaskGroup(of: Void.self) { services in
            services.addTask { await self.leases.run() }
            await withDiscardingTaskGroup { jobs in
                failure = await poller.run(startingIn: &jobs)
                // Without further messages nothing shows that the quarantine works again.
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

    /// Records the number of visible messages that the queue has reported, for `WorkerStatus.backlogSeconds`.
    package func counted(visibleMessages: Int) { backlog.counted(visibleMessages) }

    /// Waits until a poll has succeeded, or the calling task is cancelled. Polls are short polls until then, so that
    /// the function does not wait for a message. Only one task can call this function.
    package func firstAnswer() async { await poller.firstAnswer() }

    /// Starts a drain and returns at once: no more messages are received, and `run` returns when all jobs have ended.
    /// Repeated calls have no further effect.
    ///
    /// The poll in progress is not cancelled, because the queue would still deliver messages to it. Its messages are
    /// released. Jobs that have started can finish within `drainSeconds`, and the messages of all others are released
    /// at once. Attempts that have begun to upload within this time have five more seconds.
    ///
    /// - Parameter force: True to release all messages now, as after `drainSeconds`.
    package func drain(force: Bool = false) {
        let isFirst = drainState.withLock { state in
            defer { state.hasBegun = true }
            return !state.hasBegun
        }
        if isFirst { beginDrain() }
        if force { forceStop() }
        progress.wakeup.signal()
    }

    private func beginDrain() {
        let (inFlight, pollEnd) = poller.drain()
        log.workerDraining(inFlight: inFlight)
        if let pollEnd {
            // A poll that lasts longer waits for credentials or for an answer that does not come.
            after(max(.zero, pollEnd - clock.now) + Self.commitTime) { $0.poller.cancelPoll() }
        }
        leases.stopUnstarted(.drain)
        for breaker in [breaker, quarantineBreaker] { breaker.drain() }
        after(.seconds(options.drainSeconds)) { $0.forceStop() }
    }

    private func forceStop() {
        let isFirst = drainState.withLock { state in
            defer { state.isForced = true }
            return !state.isForced
        }
        guard isFirst else { return }
        let inFlight = poller.snapshot.inFlight
        if inFlight > 0 { log.workerStopForced(inFlight: inFlight) }
        leases.stopAll(.drain)
        poller.cancelPoll()
        after(Self.commitTime) { $0.leases.abortAll(.drain) }
    }

    private func after(_ time: Duration, _ body: @escaping @Sendable (PixelationWorker) -> Void) {
        _ = clock.schedule(at: clock.now + time) { [weak self] in
            if let self { body(self) }
        }
    }

    // MARK: Status

    package var status: WorkerStatus {
        let now = clock.now
        let polling = poller.snapshot
        func open(_ breaker: CircuitBreaker) -> WorkerStatus.OpenBreaker? {
            breaker.opening.map { WorkerStatus.OpenBreaker($0.kind, age: now - $0.since) }
        }
        var status = WorkerStatus()
        status.sinceLastPoll = polling.lastAnswer.map { now - $0 }
        status.pollFailure = polling.failure
        status.inFlight = polling.inFlight
        status.bytesInFlight = budget.used
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
        status.lag = polling.lag
        status.sinceLastPicture = polling.lastPicture.map { now - $0 }
        status.progress = Int(truncatingIfNeeded: progress.count)
        (status.backlogSeconds, status.messageSeconds) = backlog.seconds
        status.opening = open(breaker)
        status.quarantineOpening = open(quarantineBreaker)
        return status
    }

    /// Checks that all parts of the worker make progress (`StallDetector`). The watchdog calls this function regularly.
    ///
    /// - Returns: One sentence about the part that makes no progress; nil when there is none.
    package func checkForStall() -> String? {
        let polling = poller.snapshot
        let held = quarantineBreaker.heldCount
        let observation = StallDetector.Observation(
            polling: polling, earliestExpiry: leases.earliestExpiry, lastProgress: progress.last,
            isBreakerOpen: breaker.opening != nil || polling.inFlight <= held)
        return stallDetector.withLock { $0.check(observation, now: clock.now) }
    }
}
