// SPDX-License-Identifier: Apache-2.0

internal import AWS
internal import Metrics
internal import Support

/// The manager of all leases of this process. It extends leases by heartbeats, deletes and releases messages, and
/// cancels the jobs whose leases are lost.
///
/// `LeaseManagerState` contains the rules. This class makes the calls, waits, counts and logs. A message is registered
/// when it is received, and settled at the end of its job:
///
/// ```swift
/// guard let (lease, stopSignal) = leases.register(message, requestedAt: sent) else { return }
/// ...
/// try await leases.ensureValid(lease)   // before the first upload
/// ...
/// leases.settle(lease, .delete)
/// ```
final class LeaseManager: Sendable {
    /// The values that the lock protects.
    private struct Shared {
        var leases: LeaseManagerState
        /// The continuations of the jobs in `ensureValid` and `delete` that wait for the response to a call.
        var waiters: [LeaseManagerState.ID: CheckedContinuation<Void, Never>] = [:]
        /// The stop signals of the jobs that have not settled their message.
        var stopSignals: [LeaseManagerState.ID: StopSignal] = [:]
        /// The traced records of the messages that are being deleted, and the times at which the deletions began.
        var deletions: [LeaseManagerState.ID: (start: Duration, spans: [RecordSpans])] = [:]
        var isClosed = false
        var isAbandoned = false
    }

    /// The time after which a job that goes on no longer waits for the delete of its message.
    static let deleteWait = Duration.seconds(10)

    private let queue: any MessageQueue
    private let clock: any WorkerClock
    private let metrics: WorkerMetrics
    private let log: WorkerLog
    private let wakeup: Wakeup
    private let state: Locked<Shared>

    init(
        queue: any MessageQueue, clock: any WorkerClock, options: WorkerOptions, metrics: WorkerMetrics,
        log: WorkerLog
    ) {
        self.queue = queue
        self.clock = clock
        self.metrics = metrics
        self.log = log
        wakeup = Wakeup(clock: clock)
        let leases = LeaseManagerState(
            visibility: .seconds(options.visibilitySeconds),
            batchDelay: .milliseconds(options.deleteBatchDelayMilliseconds))
        state = Locked(Shared(leases: leases))
    }

    // MARK: Jobs

    /// Registers a received message, with which its lease begins.
    ///
    /// - Parameter requestedAt: The time just before the poll was sent, by `WorkerClock`.
    /// - Returns: The lease and the stop signal of the message; nil when a job of this process already has the message.
    ///   That job continues with the new receipt handle, because a delete with an older one may have no effect.
    func register(
        _ message: Message, requestedAt: Duration
    ) -> (id: LeaseManagerState.ID, stopSignal: StopSignal)? {
        let stopSignal = StopSignal()
        let registration = state.withLock { state -> LeaseManagerState.Registration in
            let registration = state.leases.register(
                messageID: message.messageID, handle: message.receiptHandle, requestedAt: requestedAt)
            if case .new(let id) = registration { state.stopSignals[id] = stopSignal }
            return registration
        }
        wakeup.signal()
        switch registration {
        case .new(let id): return (id, stopSignal)
        case .adopted:
            metrics.adopted.increment()
            return nil
        }
    }

    /// Queues the delete or release of a message, and returns at once.
    ///
    /// `run` makes the call after the batch delay, or earlier together with others. Heartbeats continue until the queue
    /// has confirmed a delete.
    ///
    /// - Parameter spans: The spans of the records of the message, which get one more when it is deleted.
    func settle(
        _ id: LeaseManagerState.ID, _ settlement: LeaseManagerState.Settlement, _ spans: [RecordSpans] = []
    ) {
        queueSettlement(id, settlement, spans, now: clock.now, jobGoesOn: false)
    }

    /// Queues a settlement, which a job that goes on waits for.
    private func queueSettlement(
        _ id: LeaseManagerState.ID, _ settlement: LeaseManagerState.Settlement, _ spans: [RecordSpans],
        now: Duration, jobGoesOn: Bool
    ) {
        state.withLock { state in
            if !jobGoesOn { state.stopSignals[id] = nil }
            let isEffective = state.leases.settle(id, settlement, now: now, isUrgent: jobGoesOn)
            if isEffective, !spans.isEmpty { state.deletions[id] = (now, spans) }
        }
        wakeup.signal()
    }

    /// Deletes the message of a job that goes on. The call is made at once and repeated when it fails.
    ///
    /// This function returns when the lease has ended, because the queue has confirmed the delete or the visibility
    /// timeout is over, and after the first failure later than `deleteWait`, because a queue can refuse deletes and
    /// accept heartbeats.
    ///
    /// - Parameter spans: The spans of the record of the message, which get one more; nil when it is not traced.
    /// - Throws: `CancellationError`. The delete is tried until the lease ends nevertheless.
    func delete(_ id: LeaseManagerState.ID, _ spans: RecordSpans?) async throws {
        let now = clock.now
        queueSettlement(id, .delete, spans.map { [$0] } ?? [], now: now, jobGoesOn: true)
        while clock.now < now + Self.deleteWait, state.withLock({ $0.leases.isHeld(id) }) {
            try Task.checkCancellation()
            await waitForCall(about: id) { $0.isHeld(id) }
        }
    }

    /// Returns true when the message has been received again since its registration, or when its lease has ended, so
    /// that another worker can have processed it meanwhile.
    func wasReceivedAgain(_ id: LeaseManagerState.ID) -> Bool {
        state.withLock { $0.leases.wasReceivedAgain(id) }
    }

    /// Waits until at least `LeaseManagerState.writeMargin` of the lease is left. The lease is extended when necessary.
    ///
    /// - Throws: `StopSignal.Reason.leaseLost` when the lease has ended, `CancellationError`.
    func ensureValid(_ id: LeaseManagerState.ID) async throws {
        while true {
            try Task.checkCancellation()
            let now = clock.now
            switch state.withLock({ $0.leases.ensureValid(id, now: now) }) {
            case .valid: return
            case .lost: throw StopSignal.Reason.leaseLost
            case .extending:
                wakeup.signal()
                await waitForCall(about: id) { [clock] state in
                    state.ensureValid(id, now: clock.now) == .extending
                }
            }
        }
    }

    // MARK: Stopping

    /// Defers releases until `flushReleases`, because a poll is in progress to which the queue can respond until
    /// `pollEnd`.
    func deferReleases(until pollEnd: Duration) {
        state.withLock { $0.leases.deferReleases(until: pollEnd) }
    }

    /// Sends the deferred releases after the end of the poll.
    ///
    /// - Parameter pollWasCancelled: True when the queue can still respond to the poll. The released messages then
    ///   become visible only after the `pollEnd` of `deferReleases`.
    func flushReleases(pollWasCancelled: Bool = false) {
        let now = clock.now
        state.withLock { $0.leases.flushReleases(pollWasCancelled: pollWasCancelled, now: now) }
        wakeup.signal()
    }

    /// Requests a stop of all jobs. A job in its commit section stops at the end of that section.
    func stopAll(_ reason: StopSignal.Reason) {
        for stopSignal in activeStopSignals { stopSignal.request(reason) }
    }

    /// Requests a stop of the jobs that have not called `StopSignal.markStarted()`, and so lose no expensive work.
    func stopUnstarted(_ reason: StopSignal.Reason) {
        for stopSignal in activeStopSignals { stopSignal.requestIfNotStarted(reason) }
    }

    /// Cancels all jobs at once, including those in their commit section.
    func abortAll(_ reason: StopSignal.Reason) {
        for stopSignal in activeStopSignals { stopSignal.abort(reason) }
    }

    /// Requests a stop of one job. A job in its commit section stops at the end of that section.
    func stop(_ id: LeaseManagerState.ID, _ reason: StopSignal.Reason) {
        state.withLock { $0.stopSignals[id] }?.request(reason)
    }

    private var activeStopSignals: [StopSignal] { state.withLock { Array($0.stopSignals.values) } }

    /// Sends all pending settlements at once, after which `run` returns when they are confirmed. All jobs must have
    /// ended.
    func close() {
        state.withLock { state in
            state.leases.flush()
            state.isClosed = true
        }
        wakeup.signal()
    }

    /// Ends `run` without waiting for the queue. Messages that are not settled become visible again when their
    /// visibility timeout has passed.
    func abandon() {
        state.withLock { $0.isAbandoned = true }
        close()
    }

    // MARK: Status

    /// The number of messages with a lease, with those whose settlement is not confirmed yet.
    var count: Int { state.withLock { $0.leases.count } }
    /// The receive time of the oldest lease, by `WorkerClock`; nil when there is no lease.
    var oldestReceipt: Duration? { state.withLock { $0.leases.oldestReceipt } }
    /// The earliest expiry of the leases that are not being settled, as a time of `WorkerClock`; nil when there is
    /// none.
    var earliestExpiry: Duration? { state.withLock { $0.leases.earliestExpiry } }

    // MARK: Calls

    /// Makes the calls to the queue when they are due, until the manager is closed and has no leases, is abandoned, or
    /// the task is cancelled.
    func run() async {
        // A group that does not discard would keep the memory of each call until the end of the process.
        await withDiscardingTaskGroup { group in
            while !Task.isCancelled {
                let now = clock.now
                let (step, isFinished) = state.withLock { state -> (LeaseManagerState.Step, Bool) in
                    let step = state.leases.next(now: now)
                    return (step, state.isAbandoned || (state.isClosed && state.leases.count == 0))
                }
                handle(step.ended)
                if isFinished { break }
                for call in step.calls { group.addTask { await self.perform(call) } }
                await wakeup.wait(until: step.nextCheck)
            }
            group.cancelAll()
        }
        forgetAll()
    }

    private func perform(_ call: LeaseManagerState.Call) async {
        let sent = clock.now
        do {
            let refusals =
                switch call {
                case .delete(let entries): try await queue.delete(entries.map(\.handle))
                case .change(let entries): try await queue.changeVisibility(entries.map(Self.change))
                }
            let now = clock.now
            metrics.batchRefusals.increment(by: refusals.count)
            metrics.extensions.increment(by: Self.extensions(in: call.entries, without: refusals))
            handle(
                state.withLock { state in
                    state.leases.answered(call, refusals: refusals, sent: sent, now: now)
                })
        } catch {
            let now = clock.now
            state.withLock { $0.leases.failed(call, now: now) }
            if let error = WorkerError(ofQueue: error) { log.leaseCallFailed(call, error) }
        }
        resumeWaiters(of: call.entries.map(\.id))
        wakeup.signal()
    }

    /// Returns the number of entries that have extended a visibility timeout.
    private static func extensions(
        in entries: [LeaseManagerState.Entry], without refusals: [BatchFailure]
    ) -> Int {
        let refused = Set(refusals.map(\.index))
        return entries.indices.count { index in
            if case .extend = entries[index].intent { !refused.contains(index) } else { false }
        }
    }

    private static func change(_ entry: LeaseManagerState.Entry) -> VisibilityChange {
        switch entry.intent {
        case .delete: VisibilityChange(receiptHandle: entry.handle, timeout: .zero)
        case .release(let timeout), .extend(let timeout):
            VisibilityChange(receiptHandle: entry.handle, timeout: timeout)
        }
    }

    private func handle(_ ended: [LeaseManagerState.LeaseEnd]) {
        for end in ended {
            let traced = state.withLock {
                $0.deletions.isEmpty ? nil : $0.deletions.removeValue(forKey: end.id)
            }
            switch end {
            case .settled(_, .delete):
                metrics.deleted.increment()
                for spans in traced?.spans ?? [] {
                    spans.deleted(from: traced?.start ?? .zero, to: clock.now)
                }
            case .settled(_, .release): metrics.released.increment()
            case .settleFailed(_, let settlement, let code):
                metrics.settleFailures.increment()
                log.settleFailed(settlement, code: code)
                resumeWaiters(of: [end.id])
            case .lost(let id, let loss):
                metrics.leasesLost.increment(loss)
                state.withLock { $0.stopSignals.removeValue(forKey: id) }?.request(.leaseLost)
                resumeWaiters(of: [id])
            }
        }
    }

    // MARK: Waiting for a call

    /// Waits for the result of a call about a lease, or for the end of the lease, when `isNeeded`.
    private func waitForCall(
        about id: LeaseManagerState.ID, while isNeeded: (inout LeaseManagerState) -> Bool
    ) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (waiter: CheckedContinuation<Void, Never>) in
                let mustWait = state.withLock { state -> Bool in
                    // A cancellation or an answer before this has found no waiter to resume.
                    guard !Task.isCancelled, isNeeded(&state.leases) else { return false }
                    state.waiters[id] = waiter
                    return true
                }
                if !mustWait { waiter.resume() }
            }
        } onCancel: {
            resumeWaiters(of: [id])
        }
    }

    private func resumeWaiters(of ids: [LeaseManagerState.ID]) {
        let waiters = state.withLock { state in ids.compactMap { state.waiters.removeValue(forKey: $0) } }
        for waiter in waiters { waiter.resume() }
    }

    /// Removes all leases. Jobs that wait in `ensureValid` or `delete` are resumed, and their leases are lost.
    private func forgetAll() {
        let waiters = state.withLock { state in
            state.leases.forgetAll()
            defer { state.waiters = [:] }
            return Array(state.waiters.values)
        }
        for waiter in waiters { waiter.resume() }
    }
}
