// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Worker

@Suite("The pure state machine of the circuit breaker")
final class CircuitBreakerStateTests {
    private let a = LeaseManagerState.ID(number: 1)
    private let b = LeaseManagerState.ID(number: 2)
    private let c = LeaseManagerState.ID(number: 3)
    private let d = LeaseManagerState.ID(number: 4)

    /// The breaker of the tests. Its probes come 2, 4, 8... seconds after the previous failure, because the jitter is
    /// always 1.
    private var breaker = CircuitBreakerState(maxInFlight: 5)

    @discardableResult
    private func fail(
        _ id: LeaseManagerState.ID, at seconds: Int, _ stage: CircuitBreakerState.Stage = .read,
        receives: Int = 1
    ) -> CircuitBreakerState.FailureDecision {
        breaker.failed(
            .unavailable, at: stage, by: id, receives: receives, now: .seconds(seconds), jitter: 1)
    }

    private func decision(
        _ id: LeaseManagerState.ID, at seconds: Int
    ) -> CircuitBreakerState.ProbeDecision {
        breaker.probeDecision(for: id, now: .seconds(seconds))
    }

    private func succeed(
        _ id: LeaseManagerState.ID, _ stage: CircuitBreakerState.Stage, isFinished: Bool = true
    ) -> Bool {
        breaker.succeeded(id, stage, isFinished: isFinished)
    }

    private func isReleased(_ id: LeaseManagerState.ID, at seconds: Int) -> Bool {
        guard case .release = decision(id, at: seconds) else { return false }
        breaker.forget(id)
        return true
    }

    // MARK: Phases

    @Test func `a failure opens the breaker, a probe makes it half-open, a success closes it`() {
        #expect(breaker.phase == .closed)
        fail(a, at: 0)
        #expect(breaker.phase == .open)
        #expect(decision(a, at: 2) == .proceed)
        #expect(breaker.phase == .halfOpen)
        fail(a, at: 3)
        #expect(breaker.phase == .open)
        #expect(decision(a, at: 7) == .proceed)
        #expect(succeed(a, .read))
        #expect(breaker.phase == .closed)
    }

    @Test func `held messages probe one at a time, in order, with growing delays`() {
        fail(a, at: 0)
        fail(b, at: 1)
        #expect(decision(a, at: 1) == .wait(until: .seconds(2)))
        #expect(decision(a, at: 2) == .proceed)
        #expect(decision(b, at: 2) != .proceed, "a is the probe")
        fail(a, at: 3)
        #expect(decision(b, at: 3) == .wait(until: .seconds(7)))
        #expect(decision(b, at: 7) == .proceed)
        fail(b, at: 8)
        #expect(decision(a, at: 15) != .proceed)
        #expect(decision(a, at: 16) == .proceed)
        #expect(breaker.opening?.probes == 3)
    }

    @Test func `one success lets all held messages proceed`() {
        fail(a, at: 0)
        fail(b, at: 0)
        #expect(decision(a, at: 2) == .proceed)
        #expect(succeed(a, .write))
        #expect(decision(b, at: 2) == .proceed)
        #expect(breaker.allowance(now: .seconds(2), inFlight: 1) == nil)
    }

    @Test func `the next held message becomes the probe when the probe's job ends`() {
        fail(a, at: 0)
        fail(b, at: 0)
        #expect(decision(a, at: 2) == .proceed)
        breaker.forget(a)
        #expect(decision(b, at: 2) == .proceed)
    }

    // MARK: Stages

    @Test func `a success in reading does not close a breaker that failed in writing`() {
        fail(a, at: 0, .write)
        #expect(!succeed(b, .read))
        #expect(breaker.phase == .open)
        #expect(succeed(c, .write))
    }

    @Test func `a download closes a breaker that failed in reading before its record is finished`() {
        fail(a, at: 0)
        fail(b, at: 0)
        #expect(decision(a, at: 2) == .proceed)
        #expect(succeed(a, .read, isFinished: false))
        #expect(decision(b, at: 2) == .proceed)
        fail(a, at: 3, .write)
        #expect(decision(a, at: 5) == .proceed)
        #expect(!succeed(a, .read, isFinished: false), "writing had failed")
        #expect(breaker.opening?.probe == a)
    }

    @Test func `any success closes a breaker that holds no message`() {
        fail(a, at: 0, .write)
        breaker.forget(a)
        #expect(breaker.phase == .open)
        #expect(succeed(b, .read))
    }

    // MARK: Trial receives

    @Test func `a message that fails alone is compared with a trial receive after 15 seconds`() {
        fail(a, at: 0)
        #expect(breaker.allowance(now: .seconds(10), inFlight: 1) == 0)
        #expect(breaker.nextChange(after: .seconds(10)) == .seconds(15))
        #expect(breaker.allowance(now: .seconds(15), inFlight: 2) == 0, "one is in flight")
        #expect(breaker.allowance(now: .seconds(15), inFlight: 1) == 1)
    }

    @Test func `trial receives are five minutes apart while several messages fail`() {
        fail(a, at: 0)
        fail(b, at: 16)
        #expect(breaker.allowance(now: .seconds(315), inFlight: 2) == 0)
        #expect(breaker.nextChange(after: .seconds(315)) == .seconds(316))
        #expect(breaker.allowance(now: .seconds(316), inFlight: 2) == 1)
    }

    @Test func `trial receives are 15 seconds apart while all held messages are suspect`() {
        for _ in 0..<2 {
            fail(a, at: 0)
            fail(b, at: 0)
            if breaker.nextChange(after: .seconds(10)) == .seconds(300) { #expect(succeed(c, .write)) }
        }
        #expect(breaker.allowance(now: .seconds(15), inFlight: 2) == 1)
    }

    @Test func `one message is received when a probe is due and none is held`() {
        fail(a, at: 0)
        breaker.forget(a)
        #expect(breaker.allowance(now: .seconds(1), inFlight: 0) == 0)
        #expect(breaker.nextChange(after: .seconds(1)) == .seconds(2))
        #expect(breaker.allowance(now: .seconds(2), inFlight: 0) == 1)
    }

    // MARK: Releases

    @Test func `all but two messages are released after a minute, those on their first receive only`() {
        for id in [a, b, c] { fail(id, at: 0) }
        fail(d, at: 0, receives: 2)
        for id in [a, b, c, d] { #expect(!isReleased(id, at: 1)) }
        #expect(!isReleased(d, at: 60), "it has been released before")
        #expect(isReleased(c, at: 60))
        #expect(isReleased(b, at: 60))
        #expect(!isReleased(a, at: 60), "two stay held")
    }

    @Test func `one message is released after half an hour with every slot held`() {
        breaker = CircuitBreakerState(maxInFlight: 2)
        fail(a, at: 0, receives: 2)
        fail(b, at: 1, receives: 2)
        #expect(decision(a, at: 2) == .proceed)
        #expect(!isReleased(b, at: 1800))
        #expect(!isReleased(a, at: 1801), "it is the probe")
        #expect(isReleased(b, at: 1801))
        fail(a, at: 1802, receives: 2)
        #expect(breaker.allowance(now: .seconds(1802), inFlight: 1) == 1)
        #expect(!isReleased(a, at: 5000), "a slot is free")
    }

    @Test func `a drain releases all held messages and reports the probe`() {
        fail(a, at: 0)
        fail(b, at: 0)
        #expect(decision(a, at: 2) == .proceed)
        let probe = breaker.drain()
        #expect(probe == a)
        #expect(isReleased(b, at: 2))
        #expect(fail(c, at: 3) == .hold)
        #expect(isReleased(c, at: 3))
    }

    // MARK: Suspicion

    @Test func `a message that fails alone is isolated after three successes of others`() {
        for second in 0..<3 {
            #expect(fail(a, at: second) == .hold)
            #expect(succeed(b, .write))
            #expect(decision(a, at: second) == .proceed)
        }
        #expect(fail(a, at: 3) == .isolateMessage)
        #expect(breaker.phase == .closed)
        #expect(fail(a, at: 4) == .hold, "its suspicion starts at zero again")
    }

    @Test func `a message that fails together with another is not isolated by eleven successes`() {
        for second in 0..<11 {
            #expect(fail(a, at: second) == .hold)
            #expect(fail(b, at: second) == .hold)
            #expect(succeed(c, .write))
        }
        _ = succeed(b, .write)
        #expect(fail(b, at: 12) == .hold, "its own success clears it")
    }

    // MARK: A dependency that few messages need

    @Test func `half of the slots hold messages when few messages need the dependency`() {
        breaker = CircuitBreakerState(maxInFlight: 5, isRarelyNeeded: true)
        #expect([a, b, c, a].map { fail($0, at: 0) } == [.hold, .hold, .noRoom, .hold])
        #expect(breaker.opening?.heldCount == 2)
        breaker.forget(a)
        #expect(fail(c, at: 1) == .hold)
        breaker.maxInFlight = 1
        #expect(fail(d, at: 2) == .noRoom)
        // Without a held message there is no probe that could close the breaker, so it is closed.
        breaker.forget(b)
        breaker.forget(c)
        #expect(breaker.phase == .closed)
        #expect(fail(d, at: 3) == .noRoom && breaker.phase == .closed)
    }
}
