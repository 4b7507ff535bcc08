// SPDX-License-Identifier: Apache-2.0

internal import Locking
internal import Metrics

/// The breaker in its lock, with a voice, and with those who wait for their turn.
final class Circuit: Sendable {
    /// What fails when the breaker opens.
    enum Subject: Sendable {
        /// Sources or outputs: nothing can be done, so nothing is received.
        case work
        /// The place for reasons, which most messages never need.
        case quarantine
    }

    private struct State {
        var breaker: Breaker
        var waiting: [LeaseBook.ID: Alarm] = [:]
    }

    private let subject: Subject
    private let state: Locked<State>
    private let clock: any WorkerClock
    private let keeper: LeaseKeeper
    private let metrics: WorkerMetrics
    private let story: Story
    private let pulse: Pulse

    init(
        _ subject: Subject, slots: Int, clock: any WorkerClock, keeper: LeaseKeeper, metrics: WorkerMetrics,
        story: Story, pulse: Pulse
    ) {
        self.subject = subject
        state = Locked(State(breaker: Breaker(slots: slots, leavesRoom: subject == .quarantine)))
        self.clock = clock
        self.keeper = keeper
        self.metrics = metrics
        self.story = story
        self.pulse = pulse
    }

    func resize(slots: Int) { state.withLock { $0.breaker.slots = slots } }

    var outage: Breaker.Outage? { state.withLock { $0.breaker.outage } }

    func allowance(now: Duration, inFlight: Int) -> (messages: Int?, wake: Duration?) {
        state.withLock { ($0.breaker.allowance(now: now, inFlight: inFlight), $0.breaker.wake(now: now)) }
    }

    func failed(
        _ error: WorkerError, at reach: Breaker.Reach, by id: LeaseBook.ID, receives: Int, spread: Double
    ) -> Breaker.Advice {
        let now = clock.now
        let (advice, isNew) = state.withLock { state -> (Breaker.Advice, Bool) in
            let wasClosed = state.breaker.outage == nil
            let advice = state.breaker.failed(
                error.kind, at: reach, by: id, receives: receives, now: now, spread: spread)
            return (advice, wasClosed && state.breaker.outage != nil)
        }
        if isNew {
            if subject == .work { metrics.outages.increment() }
            story.outageBegan(error, of: subject)
        }
        changed()
        return advice
    }

    /// Waits until a message that was held may try again.
    ///
    /// - Returns: `.goOn` or `.giveBack`.
    /// - Throws: `CancellationError`.
    func turn(of id: LeaseBook.ID) async throws -> Breaker.Turn {
        let alarm = Alarm(clock: clock)
        state.withLock { $0.waiting[id] = alarm }
        defer { state.withLock { $0.waiting[id] = nil } }
        while true {
            try Task.checkCancellation()
            let now = clock.now
            let turn = state.withLock { $0.breaker.turn(of: id, now: now) }
            guard case .wait(let until) = turn else { return turn }
            await alarm.wait(until: until)
        }
    }

    func succeeded(_ id: LeaseBook.ID, _ reach: Breaker.Reach, isOver: Bool = true) {
        let ended = state.withLock { state -> Breaker.Outage? in
            let outage = state.breaker.outage
            return state.breaker.succeeded(id, reach, isOver: isOver) ? outage : nil
        }
        if let ended { story.outageEnded(ended.kind, of: subject, after: clock.now - ended.since) }
        changed()
    }

    func left(_ id: LeaseBook.ID) {
        state.withLock { $0.breaker.left(id) }
        changed()
    }

    /// Those who wait give their messages back at once: a failing dependency is not waited for at the end.
    func drain() {
        if let prober = state.withLock({ $0.breaker.drain() }) { keeper.stop(prober, .graceOver) }
        changed()
    }

    private func changed() {
        let waiting = state.withLock { Array($0.waiting.values) }
        for alarm in waiting { alarm.ring() }
        pulse.beat()
    }
}
