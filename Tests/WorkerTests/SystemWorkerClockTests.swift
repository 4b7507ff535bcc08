// SPDX-License-Identifier: Apache-2.0

import Support
import Testing

@testable import Worker

/// The calls of the clock in real time. The tests have no upper bound of a delay except their time limit.
@Suite struct SystemWorkerClockTests {
    private let clock = SystemWorkerClock()

    /// Schedules a call after each of the delays in milliseconds, and returns their indices in the order of the calls,
    /// with the time by which each was late.
    private func calls(after delays: [Int]) async -> [(index: Int, late: Duration)] {
        let (stream, continuation) = AsyncStream<(index: Int, late: Duration)>.makeStream()
        let start = clock.now
        for (index, delay) in delays.enumerated() {
            let time = start + .milliseconds(delay)
            _ = clock.schedule(at: time) { [clock] in continuation.yield((index, clock.now - time)) }
        }
        var calls: [(index: Int, late: Duration)] = []
        for await call in stream {
            calls.append(call)
            if calls.count == delays.count { break }
        }
        return calls
    }

    @Test(.timeLimit(.minutes(1)))
    func `calls are made in the order of their times, and none is early`() async {
        let calls = await calls(after: [90, 30, 60, 0, 31])
        #expect(calls.map(\.index) == [3, 1, 4, 2, 0])
        #expect(calls.allSatisfy { $0.late >= .zero })
    }

    @Test(.timeLimit(.minutes(1)))
    func `calls of the past and calls for the same time are made in their order`() async {
        let calls = await calls(after: [20, -50, 20, -10, 20])
        #expect(calls.map(\.index) == [1, 3, 0, 2, 4])
    }

    @Test(.timeLimit(.minutes(1)))
    func `a cancelled call is not made, and the one after it is`() async {
        let isMade = Locked(false)
        let cancelled = clock.schedule(at: clock.now + .milliseconds(20)) { isMade.withLock { $0 = true } }
        clock.cancel(cancelled)
        _ = await calls(after: [60])
        #expect(!isMade.withLock { $0 })
    }

    @Test(.timeLimit(.minutes(1)))
    func `calls that are cancelled before their time share one timer of the system`() async {
        for _ in 0..<1000 { clock.cancel(clock.schedule(at: clock.now + .seconds(3)) {}) }
        #expect(clock.timers == 1)
        _ = await calls(after: [10, 5, 20])
        #expect(clock.timers <= 5)
    }

    @Test func `a timer that is overdue after a suspension of the machine does not delay a new call`() {
        var state = SystemWorkerClock.State()
        state.calls[1] = SystemWorkerClock.Call(time: .seconds(8)) {}
        #expect(state.timerToSet(now: .zero) == .seconds(8))
        #expect(state.timerToSet(now: .seconds(1)) == nil)
        // The machine was suspended for an hour after the first second: the timer still has seven.
        state.calls[1]?.time = .seconds(7200)
        state.calls[2] = SystemWorkerClock.Call(time: .seconds(3602)) {}
        #expect(state.timerToSet(now: .seconds(3601)) == .seconds(3602))
        #expect(state.timers == 2)
    }
}
