// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Worker

@Suite final class BreakerTests {
    private let a = LeaseManagerState.ID(number: 1)
    private let b = LeaseManagerState.ID(number: 2)
    private let c = LeaseManagerState.ID(number: 3)
    private let d = LeaseManagerState.ID(number: 4)

    /// Probes at 2, 4, 8... seconds when the spread is 1.
    private var breaker = CircuitBreakerState(maxInFlight: 5)

    @discardableResult
    private func fail(
        _ id: LeaseManagerState.ID, at seconds: Int, _ stage: CircuitBreakerState.Stage = .read,
        receives: Int = 1
    ) -> CircuitBreakerState.FailureDecision {
        breaker.failed(
            .unavailable, at: stage, by: id, receives: receives, now: .seconds(seconds), jitter: 1)
    }

    private func turn(_ id: LeaseManagerState.ID, at seconds: Int) -> CircuitBreakerState.ProbeDecision {
        breaker.probeDecision(for: id, now: .seconds(seconds))
    }

    private func succeed(
        _ id: LeaseManagerState.ID, _ stage: CircuitBreakerState.Stage, isFinished: Bool = true
    )
        -> Bool
    {
        breaker.succeeded(id, stage, isFinished: isFinished)
    }

    @Test func `a dependency that few need is waited for in half of the maxInFlight`() {
        breaker = CircuitBreakerState(maxInFlight: 5, leavesRoom: true)
        #expect([a, b, c, a].map { fail($0, at: 0) } == [.hold, .hold, .noRoom, .hold])
        #expect(breaker.opening?.heldCount == 2)
        breaker.forget(a)
        #expect(fail(c, at: 1) == .hold)
        breaker.maxInFlight = 1
        #expect(fail(d, at: 2) == .noRoom)
        // Without anybody held nobody could find out when it is over.
        breaker.forget(b)
        breaker.forget(c)
        #expect(breaker.opening == nil)
        #expect(fail(d, at: 3) == .noRoom && breaker.opening == nil)
    }

    @Test func `those held probe one at a time, in turn, later each time`() {
        fail(a, at: 0)
        fail(b, at: 1)
        #expect(turn(a, at: 1) == .wait(until: .seconds(2)))
        #expect(turn(a, at: 2) == .proceed)
        #expect(turn(b, at: 2) != .proceed, "a probes")
        fail(a, at: 3)
        #expect(turn(b, at: 3) == .wait(until: .seconds(7)))
        #expect(turn(b, at: 7) == .proceed)
        fail(b, at: 8)
        #expect(turn(a, at: 15) != .proceed)
        #expect(turn(a, at: 16) == .proceed)
        #expect(breaker.opening?.probes == 3)
    }

    @Test func `one success lets all go on`() {
        fail(a, at: 0)
        fail(b, at: 0)
        #expect(turn(a, at: 2) == .proceed)
        #expect(succeed(a, .write))
        #expect(turn(b, at: 2) == .proceed)
        #expect(breaker.allowance(now: .seconds(2), inFlight: 1) == nil)
    }

    @Test func `a probe that leaves hands its turn on`() {
        fail(a, at: 0)
        fail(b, at: 0)
        #expect(turn(a, at: 2) == .proceed)
        breaker.forget(a)
        #expect(turn(b, at: 2) == .proceed)
    }

    @Test func `an answer about a source does not prove that outputs can be written`() {
        fail(a, at: 0, .write)
        #expect(!succeed(b, .read))
        #expect(breaker.opening != nil)
        #expect(succeed(c, .write))
    }

    @Test func `what was read ends an opening of reading before the picture is finished`() {
        fail(a, at: 0)
        fail(b, at: 0)
        #expect(turn(a, at: 2) == .proceed)
        #expect(succeed(a, .read, isFinished: false))
        #expect(turn(b, at: 2) == .proceed)
        fail(a, at: 3, .write)
        #expect(turn(a, at: 5) == .proceed)
        #expect(!succeed(a, .read, isFinished: false), "it was the writing that failed")
        #expect(breaker.opening?.probe == a)
    }

    @Test func `with nobody held any answer ends the opening`() {
        fail(a, at: 0, .write)
        breaker.forget(a)
        #expect(breaker.opening != nil)
        #expect(succeed(b, .read))
    }

    @Test func `about one that fails alone another opinion is soon received`() {
        fail(a, at: 0)
        #expect(breaker.allowance(now: .seconds(10), inFlight: 1) == 0)
        #expect(breaker.wake(now: .seconds(10)) == .seconds(15))
        #expect(breaker.allowance(now: .seconds(15), inFlight: 2) == 0, "one is under way")
        #expect(breaker.allowance(now: .seconds(15), inFlight: 1) == 1)
    }

    @Test func `while several fail hardly anything is received`() {
        fail(a, at: 0)
        fail(b, at: 16)
        #expect(breaker.allowance(now: .seconds(315), inFlight: 2) == 0)
        #expect(breaker.wake(now: .seconds(315)) == .seconds(316))
        #expect(breaker.allowance(now: .seconds(316), inFlight: 2) == 1)
    }

    @Test func `those that failed while others succeeded are soon compared again`() {
        for _ in 0..<2 {
            fail(a, at: 0)
            fail(b, at: 0)
            if breaker.wake(now: .seconds(10)) == .seconds(300) { #expect(succeed(c, .write)) }
        }
        #expect(breaker.allowance(now: .seconds(15), inFlight: 2) == 1)
    }

    @Test func `with nobody held one message is received when a probe is due`() {
        fail(a, at: 0)
        breaker.forget(a)
        #expect(breaker.allowance(now: .seconds(1), inFlight: 0) == 0)
        #expect(breaker.wake(now: .seconds(1)) == .seconds(2))
        #expect(breaker.allowance(now: .seconds(2), inFlight: 0) == 1)
    }

    private func isGivenBack(_ id: LeaseManagerState.ID, at seconds: Int) -> Bool {
        guard case .release = turn(id, at: seconds) else { return false }
        breaker.forget(id)
        return true
    }

    @Test func `after a minute all but the minimumHeld are given back, and none a second time`() {
        for id in [a, b, c] { fail(id, at: 0) }
        fail(d, at: 0, receives: 2)
        for id in [a, b, c, d] { #expect(!isGivenBack(id, at: 1)) }
        #expect(!isGivenBack(d, at: 60), "it has been given back before")
        #expect(isGivenBack(c, at: 60))
        #expect(isGivenBack(b, at: 60))
        #expect(!isGivenBack(a, at: 60), "two stay")
    }

    @Test func `after half an hour with every slot held one makes room`() {
        breaker = CircuitBreakerState(maxInFlight: 2)
        fail(a, at: 0, receives: 2)
        fail(b, at: 1, receives: 2)
        #expect(turn(a, at: 2) == .proceed)
        #expect(!isGivenBack(b, at: 1800))
        #expect(!isGivenBack(a, at: 1801), "it probes")
        #expect(isGivenBack(b, at: 1801))
        fail(a, at: 1802, receives: 2)
        #expect(breaker.allowance(now: .seconds(1802), inFlight: 1) == 1)
        #expect(!isGivenBack(a, at: 5000), "there is room")
    }

    @Test func `who fails alone while others succeed is at fault`() {
        for second in 0..<3 {
            #expect(fail(a, at: second) == .hold)
            #expect(succeed(b, .write))
            #expect(turn(a, at: second) == .proceed)
        }
        #expect(fail(a, at: 3) == .isolateMessage)
        #expect(breaker.opening == nil)
        #expect(fail(a, at: 4) == .hold, "the next is judged anew")
    }

    @Test func `who fails in company is not soon at fault`() {
        for second in 0..<11 {
            #expect(fail(a, at: second) == .hold)
            #expect(fail(b, at: second) == .hold)
            #expect(succeed(c, .write))
        }
        _ = succeed(b, .write)
        #expect(fail(b, at: 12) == .hold, "its own success clears it")
    }

    @Test func `at a drain nobody waits`() {
        fail(a, at: 0)
        fail(b, at: 0)
        #expect(turn(a, at: 2) == .proceed)
        let probe = breaker.drain()
        #expect(probe == a)
        #expect(isGivenBack(b, at: 2))
        #expect(fail(c, at: 3) == .hold)
        #expect(isGivenBack(c, at: 3))
    }
}
