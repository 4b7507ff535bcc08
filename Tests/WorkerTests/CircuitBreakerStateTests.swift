// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Worker

@Suite("The pure state machine of the circuit breaker")
final class CircuitBreakerStateTests {
    private typealias ID = LeaseManagerState.ID
    private typealias Request = RequestHistory.Request

    private let a = ID(number: 1)
    private let b = ID(number: 2)
    private let c = ID(number: 3)
    private let d = ID(number: 4)

    /// The breaker of the tests. Its pauses are 2, 4, 8... seconds, because the jitter is always 1.
    private var breaker = CircuitBreakerState(room: 5)

    /// Fails a request from the second `began` to the second `end`, by default of an instant.
    @discardableResult
    private func fail(
        _ id: LeaseManagerState.ID, _ operation: RequestHistory.Operation = .read, of resource: String = "",
        from began: Int? = nil, at end: Int, receives: Int = 1, wasIsolated: Bool = false
    ) -> CircuitBreakerState.FailureDecision {
        let request = Request(operation, of: resource, began: .seconds(began ?? end))
        breaker.began(id, now: request.began)
        _ = breaker.ended(id, request, isSuccess: false, now: .seconds(end))
        return breaker.failed(
            .unavailable, request, by: id, receives: receives, wasIsolated: wasIsolated,
            now: .seconds(end), jitter: 1)
    }

    /// Lets a request succeed from the second `began` to the second `end`.
    @discardableResult
    private func succeed(
        _ id: LeaseManagerState.ID, _ operation: RequestHistory.Operation = .read, of resource: String = "",
        from began: Int? = nil, at end: Int
    ) -> Bool {
        let request = Request(operation, of: resource, began: .seconds(began ?? end))
        breaker.began(id, now: request.began)
        return breaker.ended(id, request, isSuccess: true, now: .seconds(end))
    }

    private func decision(_ id: LeaseManagerState.ID, at seconds: Int) -> CircuitBreakerState.ProbeDecision {
        breaker.probeDecision(for: id, now: .seconds(seconds))
    }

    private func isReleased(_ id: LeaseManagerState.ID, at seconds: Int) -> Bool {
        guard case .release = decision(id, at: seconds) else { return false }
        breaker.forget(id)
        return true
    }

    // MARK: Outages

    @Test func `a failure opens the breaker, a probe makes it half-open, a success closes it`() {
        #expect(breaker.phase == .closed)
        #expect(fail(a, at: 0) == .hold && breaker.phase == .open)
        #expect(decision(a, at: 2) == .proceed && breaker.phase == .halfOpen)
        #expect(fail(a, at: 3) == .hold && breaker.phase == .open)
        #expect(decision(a, at: 7) == .proceed)
        #expect(succeed(a, at: 7) && breaker.phase == .closed && breaker.heldCount == 0)
    }

    @Test func `a success of a request that began before the failed one leaves the breaker open`() {
        fail(a, from: 5, at: 6)
        #expect(!succeed(b, from: 4, at: 7) && breaker.phase == .open)
        #expect(succeed(c, from: 5, at: 8) && breaker.phase == .closed)
    }

    @Test func `held messages probe one at a time, in order, with growing delays`() {
        fail(a, at: 0)
        fail(b, at: 1)
        #expect(decision(a, at: 1) == .wait(until: .seconds(2)))
        #expect(decision(a, at: 2) == .proceed)
        #expect(decision(b, at: 2) != .proceed, "a is the probe")
        fail(a, at: 3)
        #expect(decision(b, at: 7) == .proceed)
        fail(b, at: 8)
        #expect(decision(a, at: 15) != .proceed)
        #expect(decision(a, at: 16) == .proceed)
    }

    @Test func `the next held message becomes the probe when the probe's job ends`() {
        fail(a, at: 0)
        fail(b, at: 0)
        #expect(decision(a, at: 2) == .proceed)
        breaker.forget(a)
        #expect(decision(b, at: 2) == .proceed)
    }

    @Test func `a failure after a recent success opens the breaker when it is not explained in 15 seconds`() {
        succeed(b, at: 0)
        #expect(fail(a, at: 10) == .hold && breaker.phase == .closed)
        #expect(breaker.allowance(now: .seconds(10)) == nil)
        #expect(decision(a, at: 24) == .proceed && breaker.phase == .closed, "a probe")
        fail(a, at: 24)
        _ = decision(a, at: 25)
        #expect(breaker.phase == .open)
    }

    @Test func `a redelivered message opens the breaker when its failure is not explained for a minute`() {
        fail(a, at: 0, receives: 2)
        _ = decision(a, at: 59)
        #expect(breaker.opening == nil)
        fail(a, at: 59, receives: 2)
        _ = decision(a, at: 60)
        #expect(breaker.phase == .open && breaker.opening?.nextTrial == .seconds(60))
    }

    // MARK: Operations

    @Test func `a success in reading does not close a breaker that failed in writing`() {
        fail(a, .write, at: 0)
        #expect(!succeed(b, .read, at: 1) && breaker.phase == .open)
        #expect(succeed(c, .write, at: 1) && breaker.phase == .closed)
    }

    @Test(arguments: RequestHistory.Operation.allCases)
    func `an operation proves itself, and a download proves that metadata can be read`(
        operation: RequestHistory.Operation
    ) {
        let proved = RequestHistory.Operation.allCases.filter { operation.proves($0) }
        #expect(proved == (operation == .read ? [.inspect, .read] : [operation]))
    }

    // MARK: Trial receives

    @Test func `trial receives follow after two seconds and then after growing pauses`() {
        #expect(breaker.allowance(now: .zero) == nil)
        fail(a, at: 0)
        var times: [Int] = []
        for second in 0..<120 where breaker.allowance(now: .seconds(second)) == 1 {
            times.append(second)
            breaker.received(now: .seconds(second), jitter: 1)
        }
        #expect(times == [2, 6, 14, 30, 60, 90])
    }

    @Test func `a trial receive of a redelivered message is followed by the next after a second`() {
        fail(a, at: 0)
        breaker.received(now: .seconds(2), jitter: 1)
        fail(b, at: 3, receives: 2)
        #expect(breaker.opening?.nextTrial == .seconds(4) && breaker.opening?.trials == 0)
        breaker.received(now: .seconds(4), jitter: 1)
        fail(c, at: 4)
        #expect(breaker.opening?.nextTrial == .seconds(8) && breaker.opening?.trials == 1)
        breaker.received(now: .seconds(8), jitter: 1)
        breaker.trialWasInconclusive(now: .seconds(8))
        #expect(breaker.opening?.nextTrial == .seconds(9))
    }

    // MARK: Single objects

    @Test func `a failure while requests of others succeed is repeated and then isolates its message`() {
        for (second, pause) in [(0, 2), (2, 4), (6, 8), (14, 16)] {
            succeed(b, from: second, at: second)
            #expect(fail(a, from: second, at: second) == .hold && breaker.phase == .closed)
            #expect(decision(a, at: second) == .wait(until: .seconds(second + pause)))
            #expect(decision(a, at: second + pause) == .proceed)
        }
        succeed(b, at: 30)
        #expect(fail(a, at: 30) == .isolateMessage && breaker.heldCount == 0)
    }

    @Test func `a request that always fails isolates its message although other requests of it succeed`() {
        for (second, pause) in [(0, 2), (2, 4), (6, 8), (14, 16)] {
            succeed(b, from: second, at: second)
            succeed(a, .read, of: "first", from: second, at: second)
            #expect(fail(a, .read, of: "second", from: second, at: second) == .hold)
            #expect(decision(a, at: second + pause) == .proceed)
        }
        succeed(b, at: 30)
        #expect(fail(a, .read, of: "second", at: 30) == .isolateMessage)
    }

    @Test func `failures of one request and another isolate no message`() {
        for round in 0..<12 {
            let time = round * 5
            succeed(b, from: time, at: time)
            #expect(fail(a, .inspect, of: "object \(round / 3)", from: time, at: time) == .hold)
            _ = decision(a, at: time + 4)
        }
    }

    @Test func `a request that hangs while others succeed isolates its message at once`() {
        breaker.began(a, now: .zero)
        succeed(b, at: 10)
        #expect(fail(a, from: 0, at: 45) == .isolateMessage)
    }

    @Test func `a success that began before the failed request explains nothing`() {
        succeed(b, from: 0, at: 5)
        #expect(fail(a, from: 1, at: 6) == .hold)
        #expect(breaker.heldCount == 1)
        // The own successes of a message explain nothing either.
        succeed(c, .inspect, at: 2)
        #expect(fail(c, from: 2, at: 7) == .hold && breaker.heldCount == 2)
    }

    @Test func `one success after the failures makes all further failures of held messages their own`() {
        fail(a, at: 0)
        fail(b, at: 1)
        #expect(succeed(c, at: 10) && breaker.phase == .closed)
        for id in [a, b] {
            #expect(decision(id, at: 10) == .proceed)
            for (second, end) in [(11, 15), (15, 23), (23, 39)] {
                #expect(fail(id, at: second) == .hold && breaker.phase == .closed)
                #expect(decision(id, at: end) == .proceed)
            }
            #expect(fail(id, at: 39) == .isolateMessage)
        }
        #expect(breaker.phase == .closed && breaker.heldCount == 0)
    }

    @Test func `more failures are needed while requests that had failed succeed`() {
        succeed(b, at: 0)
        #expect(fail(b, .read, of: "other", at: 0) == .hold)
        succeed(c, at: 1)
        succeed(b, .read, of: "other", at: 2)
        var failures = 0
        for second in stride(from: 3, to: 120, by: 10) {
            succeed(c, at: second)
            failures += 1
            let outcome = fail(a, .read, of: "own", at: second)
            #expect(outcome == (failures < 12 ? .hold : .isolateMessage), "after \(failures) failures")
        }
    }

    @Test func `a message that makes progress is not isolated`() {
        for round in 0..<20 {
            succeed(b, at: round * 10)
            #expect(fail(a, at: round * 10) == .hold)
            _ = decision(a, at: round * 10 + 9)
            succeed(a, at: round * 10 + 9)
        }
    }

    // MARK: Places

    @Test func `held, pausing and stalled messages are waiting`() {
        #expect(breaker.waiting(now: .zero).count == 0)
        breaker.began(c, now: .seconds(1))
        breaker.began(c, now: .seconds(2))
        #expect(breaker.waiting(now: .seconds(3)).nextChange == .seconds(4))
        #expect(breaker.waiting(now: .seconds(4)).count == 1)
        fail(a, at: 4)
        #expect(breaker.waiting(now: .seconds(4)).count == 2)
        #expect(decision(a, at: 6) == .proceed)
        #expect(breaker.waiting(now: .seconds(6)).count == 1, "a is the probe")
        succeed(b, at: 7)
        fail(d, at: 7)
        #expect(breaker.waiting(now: .seconds(7)).count == 2, "d pauses")
        _ = breaker.ended(c, Request(.read, began: .seconds(1)), isSuccess: false, now: .seconds(8))
        _ = breaker.ended(c, Request(.read, began: .seconds(2)), isSuccess: false, now: .seconds(8))
        #expect(breaker.waiting(now: .seconds(8)).count == 1)
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

    @Test func `the message that was held longest is released after three minutes without room`() {
        breaker = CircuitBreakerState(room: 2)
        fail(a, at: 0, receives: 2)
        fail(b, at: 1, receives: 2)
        #expect(decision(a, at: 2) == .proceed)
        fail(a, at: 3, receives: 2)
        #expect(!isReleased(a, at: 180) && !isReleased(b, at: 180))
        #expect(breaker.probe == b)
        #expect(isReleased(a, at: 181))
        #expect(!isReleased(b, at: 1000), "there is room")
    }

    @Test func `a message that was received less often is released before one that was held longer`() {
        breaker = CircuitBreakerState(room: 3)
        fail(a, at: 0, receives: 3)
        fail(b, at: 1, receives: 2)
        fail(c, at: 2, receives: 2)
        #expect(decision(a, at: 182) == .proceed)
        #expect(isReleased(b, at: 182))
        fail(b, at: 400, receives: 3)
        #expect(!isReleased(a, at: 580))
        #expect(isReleased(c, at: 580))
        fail(a, at: 600, receives: 3)
        fail(c, at: 800, receives: 3)
        #expect(isReleased(a, at: 980), "all were received equally often")
    }

    @Test func `messages that were isolated before take at most half of the room`() {
        breaker = CircuitBreakerState(room: 4)
        #expect(fail(a, at: 0, receives: 2, wasIsolated: true) == .hold)
        #expect(fail(b, at: 0, receives: 2, wasIsolated: true) == .hold)
        #expect(fail(c, at: 0, receives: 2, wasIsolated: true) == .isolateMessage)
        #expect(fail(d, at: 0, receives: 2) == .hold, "it is not known to fail")
        #expect(fail(a, at: 1, receives: 2, wasIsolated: true) == .hold, "it keeps its place")
        #expect(breaker.heldCount == 3)
    }

    @Test func `the table of isolated messages has a limit and forgets the oldest`() {
        var isolated = RecentMessages(capacity: 2)
        for id in ["1", "2", "1", "3"] { isolated.insert(id) }
        #expect(["1", "2", "3"].map { isolated.contains($0) } == [false, true, true])
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

    // MARK: A dependency that few messages need

    @Test func `a message that finds no room is not held when few messages need the dependency`() {
        breaker = CircuitBreakerState(room: 2, isRarelyNeeded: true)
        #expect([a, b, c, a].map { fail($0, .write, at: 0, receives: 5) } == [.hold, .hold, .noRoom, .hold])
        #expect(breaker.heldCount == 2 && breaker.phase == .open)
        breaker.forget(a)
        #expect(fail(c, .write, at: 1) == .hold)
        breaker.forget(b)
        breaker.forget(c)
        #expect(breaker.phase == .closed)
        breaker.room = 0
        #expect(fail(d, .write, at: 2) == .noRoom && breaker.phase == .closed)
    }
}
