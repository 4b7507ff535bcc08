// SPDX-License-Identifier: Apache-2.0

internal import Metrics
internal import Support

/// Heartbeat and acknowledger in one: carries out what `LeaseManagerState` decides, and tells jobs what became of
/// their leases. All of SQS's answers about a receipt handle pass through here.
final class LeaseManager: Sendable {
    /// The poll that is out while the worker drains.
    private enum OwnPoll {
        case over
        case out(end: Duration)
        case dropped(end: Duration)
    }

    private struct State {
        var book: LeaseManagerState
        /// Jobs that want to write and wait for an extension to be answered.
        var waiting: [LeaseManagerState.ID: CheckedContinuation<Void, Never>] = [:]
        var stopSignals: [LeaseManagerState.ID: StopSignal] = [:]
        var ownPoll = OwnPoll.over
        /// Releases that wait for its end.
        var postponed: [(LeaseManagerState.ID, Duration)] = []
        var isClosed = false
        var isAbandoned = false

        mutating func settle(
            _ id: LeaseManagerState.ID, _ settlement: LeaseManagerState.Settlement, now: Duration
        ) {
            switch (settlement, ownPoll) {
            case (.release(let delay), .out): postponed.append((id, delay))
            case (.release(let delay), .dropped(let end)):
                book.settle(id, .release(max(delay, (end - now).roundedUpToSeconds)), now: now)
            default: book.settle(id, settlement, now: now)
            }
        }
    }

    private let queue: any MessageQueue
    private let clock: any WorkerClock
    private let metrics: WorkerMetrics
    private let log: WorkerLog
    private let wakeup: Wakeup
    private let state: Locked<State>

    init(
        queue: any MessageQueue, clock: any WorkerClock, options: WorkerOptions, metrics: WorkerMetrics,
        log: WorkerLog
    ) {
        self.queue = queue
        self.clock = clock
        self.metrics = metrics
        self.log = log
        wakeup = Wakeup(clock: clock)
        let book = LeaseManagerState(
            visibility: .seconds(options.visibilitySeconds),
            batchDelay: .milliseconds(options.deleteBatchDelayMilliseconds))
        state = Locked(State(book: book))
    }

    /// Takes a message over from the instant of its receipt. Nil when a job of ours is already at it: that job
    /// goes on and uses the new handle, which is the only one that surely deletes.
    func register(_ delivery: Delivery, requestedAt: Duration) -> (
        id: LeaseManagerState.ID, stopSignal: StopSignal
    )? {
        let stopSignal = StopSignal()
        let receipt = state.withLock { state -> LeaseManagerState.Receipt in
            let receipt = state.book.register(
                messageID: delivery.messageID, handle: delivery.handle, requestedAt: requestedAt)
            if case .new(let id) = receipt { state.stopSignals[id] = stopSignal }
            return receipt
        }
        wakeup.signal()
        switch receipt {
        case .new(let id): return (id, stopSignal)
        case .adopted:
            metrics.adopted.increment()
            return nil
        }
    }

    /// Says how the message ends. The lease is kept until the queue has confirmed it.
    func settle(_ id: LeaseManagerState.ID, _ settlement: LeaseManagerState.Settlement) {
        let now = clock.now
        state.withLock { state in
            state.stopSignals[id] = nil
            state.settle(id, settlement, now: now)
        }
        wakeup.signal()
    }

    /// A poll of our own is out until `end` and would take what is given back at once, which costs a receive.
    /// Releases wait for `pollIsOver`.
    func deferReleases(until pollEnd: Duration) { state.withLock { $0.ownPoll = .out(end: pollEnd) } }

    /// Gives back what waited for it. A poll that was dropped goes on at the queue until its end: what is given back
    /// meanwhile becomes visible after that.
    func flushReleases(pollWasCancelled: Bool = false) {
        let now = clock.now
        state.withLock { state in
            if case .out(let end) = state.ownPoll {
                state.ownPoll = pollWasCancelled ? .dropped(end: end) : .over
            }
            let postponed = state.postponed
            state.postponed = []
            for (id, delay) in postponed { state.settle(id, .release(delay), now: now) }
        }
        wakeup.signal()
    }

    /// True if the message has been received again since it was registered, or if its lease has ended: another worker
    /// may have processed it meanwhile.
    func isRedelivered(_ id: LeaseManagerState.ID) -> Bool { state.withLock { $0.book.isRedelivered(id) } }

    /// Returns when enough of the lease is left to write under it.
    ///
    /// - Throws: `StopSignal.Reason` when the lease is lost, `CancellationError`.
    func ensureValid(_ id: LeaseManagerState.ID) async throws {
        while true {
            try Task.checkCancellation()
            let now = clock.now
            switch state.withLock({ $0.book.ensureValid(id, now: now) }) {
            case .safe: return
            case .lost: throw StopSignal.Reason.leaseLost
            case .extending:
                wakeup.signal()
                await nextAnswer(about: id)
            }
        }
    }

    /// Pulls the leash of every job that holds a lease.
    func stopAll(_ stop: StopSignal.Reason) {
        for stopSignal in state.withLock({ Array($0.stopSignals.values) }) { stopSignal.request(stop) }
    }

    /// Cuts short every job that holds a lease, those that are writing too.
    func abortAll(_ stop: StopSignal.Reason) {
        for stopSignal in state.withLock({ Array($0.stopSignals.values) }) { stopSignal.abort(stop) }
    }

    /// Pulls the leash of those that have not begun with their message.
    func stopUnstarted(_ stop: StopSignal.Reason) {
        for stopSignal in state.withLock({ Array($0.stopSignals.values) }) {
            stopSignal.requestIfNotStarted(stop)
        }
    }

    /// Pulls the leash of one job.
    func stop(_ id: LeaseManagerState.ID, _ stop: StopSignal.Reason) {
        state.withLock { $0.stopSignals[id] }?.request(stop)
    }

    /// No job is left: settle what is pending, at once, and let `run` return.
    func close() {
        state.withLock { state in
            state.book.flush()
            state.isClosed = true
        }
        wakeup.signal()
    }

    /// The last deadline: `run` returns without waiting for the queue. What is pending comes again by itself.
    func abandon() {
        state.withLock { $0.isAbandoned = true }
        close()
    }

    var oldestReceipt: Duration? { state.withLock { $0.book.oldestReceipt } }
    var earliestExpiry: Duration? { state.withLock { $0.book.earliestExpiry } }
    var count: Int { state.withLock { $0.book.count } }

    /// Runs until closed and empty, abandoned or cancelled.
    func run() async {
        await withTaskGroup(of: Void.self) { group in
            while !Task.isCancelled {
                let now = clock.now
                let (step, isFinished) = state.withLock { state -> (LeaseManagerState.Step, Bool) in
                    let step = state.book.next(now: now)
                    return (step, state.isAbandoned || (state.isClosed && state.book.count == 0))
                }
                tell(step.endings)
                if isFinished { break }
                for call in step.calls { group.addTask { await self.perform(call) } }
                await wakeup.wait(until: step.wake)
            }
            group.cancelAll()
        }
        wakeAll()
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
            tell(
                state.withLock { state in
                    state.book.answered(call, refusals: refusals, sent: sent, now: now)
                })
        } catch {
            let now = clock.now
            state.withLock { $0.book.failed(call, now: now) }
            if !(error is CancellationError) { log.leaseCallFailed(call, error) }
        }
        wake(call.entries.map(\.id))
        wakeup.signal()
    }

    private static func change(_ entry: LeaseManagerState.Entry) -> VisibilityChange {
        switch entry.intent {
        case .delete: VisibilityChange(handle: entry.handle, timeout: .zero)
        case .release(let timeout), .extend(let timeout):
            VisibilityChange(handle: entry.handle, timeout: timeout)
        }
    }

    private func tell(_ endings: [LeaseManagerState.Ending]) {
        for ending in endings {
            switch ending {
            case .settled(_, .delete): metrics.deleted.increment()
            case .settled(_, .release): metrics.released.increment()
            case .settleFailed(_, let settlement, let code):
                metrics.settleFailures.increment()
                log.settleFailed(settlement, code: code)
            case .lost(let id, let loss):
                metrics.leasesLost.increment(loss)
                state.withLock { $0.stopSignals.removeValue(forKey: id) }?.request(.leaseLost)
                wake([id])
            }
        }
    }

    private func nextAnswer(about id: LeaseManagerState.ID) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (sleeper: CheckedContinuation<Void, Never>) in
                let now = clock.now
                let mayWait = state.withLock { state -> Bool in
                    // Cancelled or answered in between: whoever wakes us has already been here.
                    guard !Task.isCancelled, state.book.ensureValid(id, now: now) == .extending else {
                        return false
                    }
                    state.waiting[id] = sleeper
                    return true
                }
                if !mayWait { sleeper.resume() }
            }
        } onCancel: {
            wake([id])
        }
    }

    private func wake(_ ids: [LeaseManagerState.ID]) {
        let sleepers = state.withLock { state in ids.compactMap { state.waiting.removeValue(forKey: $0) } }
        for sleeper in sleepers { sleeper.resume() }
    }

    private func wakeAll() {
        let sleepers = state.withLock { state in
            state.book.forgetAll()
            defer { state.waiting = [:] }
            return Array(state.waiting.values)
        }
        for sleeper in sleepers { sleeper.resume() }
    }
}
