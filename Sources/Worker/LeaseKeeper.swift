// SPDX-License-Identifier: Apache-2.0

internal import Locking
internal import Metrics

/// Heartbeat and acknowledger in one: carries out what `LeaseBook` decides, and tells jobs what became of
/// their leases. All of SQS's answers about a receipt handle pass through here.
final class LeaseKeeper: Sendable {
    /// The poll that is out while the worker drains.
    private enum OwnPoll {
        case over
        case out(end: Duration)
        case dropped(end: Duration)
    }

    private struct State {
        var book: LeaseBook
        /// Jobs that want to write and wait for an extension to be answered.
        var waiting: [LeaseBook.ID: CheckedContinuation<Void, Never>] = [:]
        var leashes: [LeaseBook.ID: Leash] = [:]
        var ownPoll = OwnPoll.over
        /// Releases that wait for its end.
        var postponed: [(LeaseBook.ID, Duration)] = []
        var isClosed = false
        var isAbandoned = false

        mutating func settle(_ id: LeaseBook.ID, _ settlement: LeaseBook.Settlement, now: Duration) {
            switch (settlement, ownPoll) {
            case (.release(let delay), .out): postponed.append((id, delay))
            case (.release(let delay), .dropped(let end)):
                book.settle(id, .release(max(delay, (end - now).roundedUp)), now: now)
            default: book.settle(id, settlement, now: now)
            }
        }
    }

    private let queue: any MessageQueue
    private let clock: any WorkerClock
    private let metrics: WorkerMetrics
    private let story: Story
    private let alarm: Alarm
    private let state: Locked<State>

    init(
        queue: any MessageQueue, clock: any WorkerClock, options: WorkerOptions, metrics: WorkerMetrics,
        story: Story
    ) {
        self.queue = queue
        self.clock = clock
        self.metrics = metrics
        self.story = story
        alarm = Alarm(clock: clock)
        let book = LeaseBook(
            visibility: .seconds(options.visibilitySeconds),
            linger: .milliseconds(options.acknowledgeLingerMilliseconds))
        state = Locked(State(book: book))
    }

    /// Takes a message over from the instant of its receipt. Nil when a job of ours is already at it: that job
    /// goes on and uses the new handle, which is the only one that surely deletes.
    func take(_ delivery: Delivery, asked: Duration) -> (id: LeaseBook.ID, leash: Leash)? {
        let leash = Leash()
        let receipt = state.withLock { state -> LeaseBook.Receipt in
            let receipt = state.book.receive(
                messageID: delivery.messageID, handle: delivery.handle, asked: asked)
            switch receipt {
            case .new(let id): state.leashes[id] = leash
            case .adopted(let id): state.leashes[id]?.share()
            }
            return receipt
        }
        alarm.ring()
        switch receipt {
        case .new(let id): return (id, leash)
        case .adopted:
            metrics.adopted.increment()
            return nil
        }
    }

    /// Says how the message ends. The lease is kept until the queue has confirmed it.
    func settle(_ id: LeaseBook.ID, _ settlement: LeaseBook.Settlement) {
        let now = clock.now
        state.withLock { state in
            state.leashes[id] = nil
            state.settle(id, settlement, now: now)
        }
        alarm.ring()
    }

    /// A poll of our own is out until `end` and would take what is given back at once, which costs a receive.
    /// Releases wait for `pollIsOver`.
    func awaitPoll(end: Duration) { state.withLock { $0.ownPoll = .out(end: end) } }

    /// Gives back what waited for it. A poll that was dropped goes on at the queue until its end: what is given back
    /// meanwhile becomes visible after that.
    func pollIsOver(wasDropped: Bool = false) {
        let now = clock.now
        state.withLock { state in
            if case .out(let end) = state.ownPoll { state.ownPoll = wasDropped ? .dropped(end: end) : .over }
            let postponed = state.postponed
            state.postponed = []
            for (id, delay) in postponed { state.settle(id, .release(delay), now: now) }
        }
        alarm.ring()
    }

    /// Returns when enough of the lease is left to write under it.
    ///
    /// - Throws: `Leash.Stop` when the lease is lost, `CancellationError`.
    func secure(_ id: LeaseBook.ID) async throws {
        while true {
            try Task.checkCancellation()
            let now = clock.now
            switch state.withLock({ $0.book.secure(id, now: now) }) {
            case .safe: return
            case .lost: throw Leash.Stop.leaseLost
            case .extending:
                alarm.ring()
                await nextAnswer(about: id)
            }
        }
    }

    /// Pulls the leash of every job that holds a lease.
    func stopAll(_ stop: Leash.Stop) {
        for leash in state.withLock({ Array($0.leashes.values) }) { leash.pull(stop) }
    }

    /// Cuts short every job that holds a lease, those that are writing too.
    func cutAll(_ stop: Leash.Stop) {
        for leash in state.withLock({ Array($0.leashes.values) }) { leash.cut(stop) }
    }

    /// Pulls the leash of those that have not begun with their message.
    func stopUnstarted(_ stop: Leash.Stop) {
        for leash in state.withLock({ Array($0.leashes.values) }) { leash.pullIfUnstarted(stop) }
    }

    /// Pulls the leash of one job.
    func stop(_ id: LeaseBook.ID, _ stop: Leash.Stop) {
        state.withLock { $0.leashes[id] }?.pull(stop)
    }

    /// No job is left: settle what is pending, at once, and let `run` return.
    func close() {
        state.withLock { state in
            state.book.flush()
            state.isClosed = true
        }
        alarm.ring()
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
                let (step, isFinished) = state.withLock { state -> (LeaseBook.Step, Bool) in
                    let step = state.book.next(now: now)
                    return (step, state.isAbandoned || (state.isClosed && state.book.count == 0))
                }
                tell(step.endings)
                if isFinished { break }
                for call in step.calls { group.addTask { await self.perform(call) } }
                await alarm.wait(until: step.wake)
            }
            group.cancelAll()
        }
        wakeAll()
    }

    private func perform(_ call: LeaseBook.Call) async {
        let sent = clock.now
        do {
            let refusals =
                switch call {
                case .delete(let entries): try await queue.delete(entries.map(\.handle))
                case .change(let entries): try await queue.changeVisibility(entries.map(Self.change))
                }
            let now = clock.now
            metrics.refusals.increment(by: refusals.count)
            tell(
                state.withLock { state in
                    state.book.answered(call, refusals: refusals, sent: sent, now: now)
                })
        } catch {
            let now = clock.now
            state.withLock { $0.book.failed(call, now: now) }
            if !(error is CancellationError) { story.leaseCallFailed(call, error) }
        }
        wake(call.entries.map(\.id))
        alarm.ring()
    }

    private static func change(_ entry: LeaseBook.Entry) -> VisibilityChange {
        switch entry.intent {
        case .delete: VisibilityChange(handle: entry.handle, timeout: .zero)
        case .release(let timeout), .extend(let timeout):
            VisibilityChange(handle: entry.handle, timeout: timeout)
        }
    }

    private func tell(_ endings: [LeaseBook.Ending]) {
        for ending in endings {
            switch ending {
            case .settled(_, .delete): metrics.deleted.increment()
            case .settled(_, .release): metrics.released.increment()
            case .unsettled(_, let settlement, let code):
                metrics.unsettled.increment()
                story.unsettled(settlement, code: code)
            case .lost(let id, let loss):
                metrics.lost.increment(loss)
                state.withLock { $0.leashes.removeValue(forKey: id) }?.pull(.leaseLost)
                wake([id])
            }
        }
    }

    private func nextAnswer(about id: LeaseBook.ID) async {
        await withTaskCancellationHandler {
            await withCheckedContinuation { (sleeper: CheckedContinuation<Void, Never>) in
                let now = clock.now
                let mayWait = state.withLock { state -> Bool in
                    // Cancelled or answered in between: whoever wakes us has already been here.
                    guard !Task.isCancelled, state.book.secure(id, now: now) == .extending else {
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

    private func wake(_ ids: [LeaseBook.ID]) {
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
