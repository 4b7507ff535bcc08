// SPDX-License-Identifier: Apache-2.0

internal import AWS
internal import Metrics
internal import Support

/// The poller, which receives messages and starts a job for each of them. `PollerState` determines when a poll (a
/// receive call) is sent.
///
/// One task, the polling task, calls `run`, and only this task starts polls and jobs. Any task can call the other
/// functions.
final class Poller: Sendable {
    /// A poll in progress.
    struct Poll: Sendable {
        var requestedAt: Duration
        var wait: Duration
    }

    /// The values that the lock protects.
    private struct Shared {
        /// The state that determines the next poll. It is changed by the polling task, by jobs that end, and by `apply`
        /// and `drain`.
        var poller: PollerState
        /// The job that processes the next message, changed by `apply` only.
        var job: Job
        /// The time of the latest record whose outcome was done, by `WorkerClock`; nil before the first.
        var lastPicture: Duration?
        // Only the polling task changes the following.
        var poll: Poll?
        var failure: WorkerError?
        var lag: Duration?
        var decisions: UInt64 = 0
    }

    /// The state of polling at one moment.
    struct Snapshot: Sendable {
        var inFlight: Int
        /// The time of the latest successful poll, by `WorkerClock`; nil before the first.
        var lastAnswer: Duration?
        /// The error of the latest poll; nil when it succeeded.
        var failure: WorkerError?
        /// The age of the oldest message in the latest response; zero for an empty response, nil when the age is
        /// unknown.
        var lag: Duration?
        /// The time of the latest record whose outcome was done, by `WorkerClock`; nil before the first.
        var lastPicture: Duration?
        var poll: Poll?
        /// True when a poll is due and the polling task has not sent it yet.
        var isPollDue: Bool
        /// The number of times that the polling task has chosen its next step (a poll, a pause or the end) since its
        /// start.
        var decisions: UInt64
        /// The maximum time of the pixelation of one picture on a processor.
        var pictureLimit: Duration
    }

    private let queue: any MessageQueue
    private let visibility: Duration
    private let leases: LeaseManager
    private let breaker: CircuitBreaker
    private let quarantineBreaker: CircuitBreaker
    private let suspects: SuspectGate
    private let budget: MemoryBudget
    private let clock: any WorkerClock
    private let metrics: WorkerMetrics
    private let log: WorkerLog
    private let progress: ProgressCounter
    private let random: @Sendable () -> Double
    private let stopSignal = StopSignal()
    private let firstAnswers = AsyncStream<Void>.makeStream()
    private let state: Locked<Shared>

    /// Makes a poller of `queue`.
    ///
    /// - Parameter job: The job that processes the first messages. The poller uses its leases, metrics and other parts.
    init(queue: any MessageQueue, job: Job) {
        self.queue = queue
        visibility = .seconds(job.options.visibilitySeconds)
        leases = job.leases
        breaker = job.breaker
        quarantineBreaker = job.quarantineBreaker
        suspects = job.suspects
        budget = job.budget
        clock = job.clock
        metrics = job.metrics
        log = job.log
        progress = job.progress
        random = job.random
        state = Locked(Shared(poller: PollerState(PollerState.Limits(job.options)), job: job))
    }

    /// Applies changed options and an engine to the messages that are received from now on.
    func apply(_ options: WorkerOptions, engine: any PictureEngine) {
        state.withLock { state in
            state.job.options = options
            state.job.policy = Policy(overrides: options.policy)
            state.job.engine = engine
            state.poller.limits = PollerState.Limits(options)
        }
    }

    /// Receives messages and starts their jobs until no more messages are to be received. Jobs can still be running
    /// when the function returns.
    ///
    /// - Returns: The error of a poll when the queue does not exist and no poll has succeeded before; nil otherwise.
    func run(startingIn jobs: inout DiscardingTaskGroup) async -> WorkerError? {
        var isFirst = true
        while !Task.isCancelled {
            let now = clock.now
            let step = state.withLock { state in
                state.decisions += 1
                let isMemoryScarce = progress.awaitingMemory { self.isMemoryScarce(state.poller) }
                return decide(&state.poller, now: now, isMemoryScarce: isMemoryScarce)
            }
            switch step {
            case .stop: return nil
            // `progress` is signaled by everything that may change the decision; see `PollerState.Step.pause`.
            case .pause(let until): await progress.wakeup.wait(until: until)
            case .poll(let count, let wait):
                let poll = Poll(requestedAt: clock.now, wait: wait)
                state.withLock { $0.poll = poll }
                let result = await stopSignal.run { [queue, visibility] in
                    do {
                        return Result<[Message], any Error>.success(
                            try await queue.receive(maxMessages: count, wait: wait, visibility: visibility))
                    } catch {
                        return .failure(error)
                    }
                }
                switch result {
                case .success(let messages):
                    let time = SystemTime.now
                    let received = messages.map { (content: $0, age: $0.age(at: time)) }
                    answered(received, poll)
                    if isFirst { firstAnswers.continuation.yield() }
                    isFirst = false
                    let areSuspects = received.map { start($0.content, age: $0.age, poll, in: &jobs) }
                    if !areSuspects.isEmpty {
                        suspects.received(haveSuspects: areSuspects.contains(true))
                    }
                case .failure where Task.isCancelled || stopSignal.reason != nil:
                    leases.flushReleases(pollWasCancelled: true)
                    return nil
                case .failure(let error):
                    let error =
                        WorkerError(ofQueue: error)
                        ?? WorkerError(.other, operation: "ReceiveMessage", detail: "\(error)")
                    failed(error)
                    if isFirst && error.kind == .queueMissing { return error }
                }
            }
        }
        return nil
    }

    /// Waits until a poll has succeeded, or the calling task is cancelled. Only one task can call this function.
    func firstAnswer() async { for await _ in firstAnswers.stream { return } }

    /// Ends polling. The poll in progress is not cancelled, and releases are deferred until its end.
    ///
    /// - Returns: The number of messages in flight, and the latest time at which the poll in progress can end; nil when
    ///   no poll is in progress.
    func drain() -> (inFlight: Int, pollEnd: Duration?) {
        state.withLock { state in
            state.poller.drain()
            // The additional second is for the way of the request to the queue. The releases are deferred under the
            // lock under which a poll ends, so that they are flushed later.
            let pollEnd = state.poll.map { $0.requestedAt + $0.wait + .seconds(1) }
            if let pollEnd { leases.deferReleases(until: pollEnd) }
            return (state.poller.inFlight, pollEnd)
        }
    }

    /// Cancels the poll in progress.
    func cancelPoll() { stopSignal.request(.drain) }

    var snapshot: Snapshot {
        let now = clock.now
        return state.withLock { state in
            var poller = state.poller
            let step = decide(&poller, now: now, isMemoryScarce: isMemoryScarce(poller))
            let isPollDue = if case .poll = step { state.poll == nil } else { false }
            return Snapshot(
                inFlight: state.poller.inFlight, lastAnswer: state.poller.lastAnswer, failure: state.failure,
                lag: state.lag, lastPicture: state.lastPicture, poll: state.poll, isPollDue: isPollDue,
                decisions: state.decisions, pictureLimit: state.job.engine.timeLimit)
        }
    }

    // MARK: Polling

    /// Returns true when so many jobs wait for memory that no further message is to be received. Up to half of the
    /// slots may wait, because jobs with smaller pictures overtake them.
    private func isMemoryScarce(_ poller: PollerState) -> Bool {
        budget.waiting > poller.limits.maxInFlight / 2
    }

    /// Returns the next step of the polling task. A pause ends early when `progress.wakeup` is signaled.
    private func decide(
        _ poller: inout PollerState, now: Duration, isMemoryScarce: Bool
    ) -> PollerState.Step {
        poller.held = quarantineBreaker.heldCount
        var nextChange: Duration?
        // The requests in progress are counted only when it matters.
        poller.waiting = 0
        if poller.isFull {
            let waiting = breaker.waiting(now: now)
            poller.waiting = waiting.count + quarantineBreaker.waiting(now: now).count
            nextChange = min(
                waiting.nextChange ?? now + RequestHistory.stallTime, now + RequestHistory.stallTime)
        }
        let allowance = breaker.allowance(now: now)
        if let trial = allowance.nextChange { nextChange = min(nextChange ?? trial, trial) }
        let suspectAllowance = suspects.allowance(now: now)
        if let change = suspectAllowance.nextChange { nextChange = min(nextChange ?? change, change) }
        let messages = [allowance.messages, suspectAllowance.messages].compactMap(\.self).min()
        let step = poller.next(now: now, allowance: messages, isMemoryConstrained: isMemoryScarce)
        guard case .pause(let until) = step, let nextChange, nextChange > now else { return step }
        return .pause(until: min(until ?? nextChange, nextChange))
    }

    private func answered(_ messages: [(content: Message, age: Duration?)], _ poll: Poll) {
        let (now, jitter) = (clock.now, random())
        let (failures, earlyResponses, isDraining) = state.withLock { state -> (Int, Int, Bool) in
            let failures = state.poller.failures
            state.poll = nil
            state.failure = nil
            state.poller.answered(
                messages.count, requestedAt: poll.requestedAt, wait: poll.wait, now: now, jitter: jitter)
            state.lag = messages.isEmpty ? .zero : messages.compactMap(\.age).max()
            metrics.inFlight.set(state.poller.inFlight)
            return (failures, state.poller.earlyEmptyResponses, state.poller.isDraining)
        }
        if !messages.isEmpty { breaker.received(jitter: jitter) }
        if isDraining { leases.flushReleases() }
        // One early answer may happen. Several in a row show that the queue does not hold long polls.
        if earlyResponses == 3 { log.emptyPollsTooFast(poll.wait) }
        metrics.polls.increment()
        metrics.received.increment(by: messages.count)
        metrics.redelivered.increment(by: messages.count { $0.content.receiveCount > 1 })
        if failures > 0 { log.pollRecovered(after: failures) }
    }

    private func failed(_ error: WorkerError) {
        let (now, jitter) = (clock.now, random())
        let failures = state.withLock { state -> Int in
            state.poll = nil
            state.failure = error
            state.poller.failed(now: now, jitter: jitter)
            return state.poller.failures
        }
        leases.flushReleases()
        metrics.pollFailures.increment()
        log.pollFailed(error, failures: failures)
    }

    /// Starts the job of a received message, and returns true when the message is suspect.
    private func start(
        _ content: Message, age: Duration?, _ poll: Poll, in jobs: inout DiscardingTaskGroup
    ) -> Bool {
        if let age { metrics.queueAge.record(age) }
        guard let (lease, stopSignal) = leases.register(content, requestedAt: poll.requestedAt) else {
            messageEnded()
            return false
        }
        let (job, isDraining) = state.withLock { ($0.job, $0.poller.isDraining) }
        guard !isDraining else {
            leases.settle(lease, .release(.zero))
            messageEnded()
            return false
        }
        let isSuspect = suspects.began(lease, of: content, maxReceives: job.options.maxReceives)
        let message = InFlightMessage(
            content: content, age: age, lease: lease, stopSignal: stopSignal,
            received: (poll.requestedAt, clock.now))
        jobs.addTask { [self] in
            let outcomes = await job.run(message)
            suspects.ended(lease, of: content, survives: Self.survives(outcomes))
            messageEnded(isDone: outcomes.contains(.done))
        }
        return isSuspect
    }

    /// Returns true when a job has come to a result after which its message is received again. A job that was stopped,
    /// or has waited for a dependency in vain, may not have decoded its picture.
    private static func survives(_ outcomes: [Outcome]) -> Bool {
        outcomes.contains { $0.kind == .retried }
            && !outcomes.contains { $0.kind == .released || $0.kind == .lost }
    }

    private func messageEnded(isDone: Bool = false) {
        let now = clock.now
        state.withLock { state in
            state.poller.messageEnded()
            if isDone { state.lastPicture = now }
            metrics.inFlight.set(state.poller.inFlight)
        }
        progress.wakeup.signal()
    }
}

extension PollerState.Limits {
    fileprivate init(_ options: WorkerOptions) {
        self.init(
            maxInFlight: options.effectiveMaxInFlight, maxWaiting: options.effectiveMaxWaiting,
            wait: .seconds(options.waitSeconds), idle: options.idleSeconds.map { .seconds($0) },
            messages: options.maxMessages)
    }
}
