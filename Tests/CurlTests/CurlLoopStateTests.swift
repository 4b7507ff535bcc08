// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Curl

struct CurlLoopStateTests {
    @Test func `transfers start in order of arrival, whatever their host`() {
        var state = CurlLoopState(total: 3, perHost: 2)
        for (id, host) in [(1, "a"), (2, "b"), (4, "a"), (3, "a")] as [(UInt64, String)] {
            state.enqueue(id, host: host)
        }
        #expect(
            [state.startNext(), state.startNext(), state.startNext(), state.startNext()] == [1, 2, 3, nil])
        state.remove(2, host: "b")
        #expect(state.startNext() == nil, "two transfers to host a are active, which is its limit")
        state.remove(1, host: "a")
        #expect(state.startNext() == 4)
    }

    @Test func `a host at its limit does not delay transfers to other hosts`() {
        var state = CurlLoopState(total: 10, perHost: 1)
        state.enqueue(1, host: "a")
        state.enqueue(2, host: "a")
        state.enqueue(3, host: "b")
        #expect([state.startNext(), state.startNext(), state.startNext()] == [1, 3, nil])
        #expect(state.waiting == 1)
        #expect(state.active == 2)
    }

    @Test func `random traffic never exceeds a limit and loses no transfer`() {
        var random = SystemRandomNumberGenerator()
        var state = CurlLoopState(total: 7, perHost: 3)
        var waiting: [UInt64: String] = [:]
        var active: [UInt64: String] = [:]
        for id in 1...5000 as ClosedRange<UInt64> {
            let host = "h\(Int.random(in: 0..<5, using: &random))"
            state.enqueue(id, host: host)
            waiting[id] = host
            while let started = state.startNext() {
                active[started] = waiting.removeValue(forKey: started)
            }
            #expect(active.count <= 7)
            #expect(Dictionary(grouping: active.values) { $0 }.values.allSatisfy { $0.count <= 3 })
            let pool = Bool.random(using: &random) ? active : waiting
            for (removed, host) in pool.shuffled(using: &random).prefix(2) {
                state.remove(removed, host: host)
                active[removed] = nil
                waiting[removed] = nil
            }
            #expect(state.active == active.count)
            #expect(state.waiting == waiting.count)
        }
    }
}
