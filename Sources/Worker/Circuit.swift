// SPDX-License-Identifier: Apache-2.0

internal import Locking
internal import Metrics

/// The breaker in its lock, with a voice, and with the power to send back what others hold.
final class Circuit: Sendable {
    private let breaker = Locked(Breaker())
    private let clock: any WorkerClock
    private let keeper: LeaseKeeper
    private let metrics: WorkerMetrics
    private let story: Story
    private let pulse: Pulse

    init(clock: any WorkerClock, keeper: LeaseKeeper, metrics: WorkerMetrics, story: Story, pulse: Pulse) {
        self.clock = clock
        self.keeper = keeper
        self.metrics = metrics
        self.story = story
        self.pulse = pulse
    }

    var outage: Breaker.Outage? { breaker.withLock { $0.outage } }

    func allowance(now: Duration, inFlight: Int) -> (messages: Int?, wake: Duration?) {
        breaker.withLock { ($0.allowance(now: now, inFlight: inFlight), $0.wake) }
    }

    func failed(_ error: WorkerError, by id: LeaseBook.ID, spread: Double) -> Breaker.Advice {
        let now = clock.now
        let (advice, isNew) = breaker.withLock { breaker -> (Breaker.Advice, Bool) in
            let wasClosed = breaker.outage == nil
            let advice = breaker.failed(error.kind, by: id, now: now, spread: spread)
            return (advice, wasClosed && breaker.outage != nil)
        }
        if isNew {
            metrics.outages.increment()
            story.outageBegan(error)
            keeper.stopUnstarted(.givenBack(.seconds(30)))
        }
        pulse.beat()
        return advice
    }

    func succeeded(_ id: LeaseBook.ID, isComplete: Bool) {
        let ended = breaker.withLock { breaker -> Breaker.Outage? in
            let outage = breaker.outage
            return breaker.succeeded(id, isComplete: isComplete) ? outage : nil
        }
        guard let ended else { return }
        story.outageEnded(ended.kind, after: clock.now - ended.since)
        pulse.beat()
    }

    func left(_ id: LeaseBook.ID) {
        breaker.withLock { $0.left(id) }
    }
}
