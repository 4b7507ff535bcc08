// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Curl

struct `Who may start` {
    @Test func `in order of arrival, whatever the host`() {
        var admission = CurlLoopState(total: 3, perHost: 2)
        for (id, host) in [(1, "a"), (2, "b"), (4, "a"), (3, "a")] as [(UInt64, String)] {
            admission.arrive(id, host: host)
        }
        #expect([admission.next(), admission.next(), admission.next(), admission.next()] == [1, 2, 3, nil])
        admission.leave(2, host: "b")
        #expect(admission.next() == nil, "host a has both of its places taken")
        admission.leave(1, host: "a")
        #expect(admission.next() == 4)
    }

    @Test func `a full host lets others pass`() {
        var admission = CurlLoopState(total: 10, perHost: 1)
        admission.arrive(1, host: "a")
        admission.arrive(2, host: "a")
        admission.arrive(3, host: "b")
        #expect([admission.next(), admission.next(), admission.next()] == [1, 3, nil])
        #expect(admission.waiting == 1)
        #expect(admission.active == 2)
    }

    @Test func `random traffic never exceeds a limit and loses nobody`() {
        var random = SystemRandomNumberGenerator()
        var admission = CurlLoopState(total: 7, perHost: 3)
        var waiting: [UInt64: String] = [:]
        var active: [UInt64: String] = [:]
        for id in 1...5000 as ClosedRange<UInt64> {
            let host = "h\(Int.random(in: 0..<5, using: &random))"
            admission.arrive(id, host: host)
            waiting[id] = host
            while let admitted = admission.next() {
                active[admitted] = waiting.removeValue(forKey: admitted)
            }
            #expect(active.count <= 7)
            #expect(Dictionary(grouping: active.values) { $0 }.values.allSatisfy { $0.count <= 3 })
            let pool = Bool.random(using: &random) ? active : waiting
            for (leaver, host) in pool.shuffled(using: &random).prefix(2) {
                admission.leave(leaver, host: host)
                active[leaver] = nil
                waiting[leaver] = nil
            }
            #expect(admission.active == active.count)
            #expect(admission.waiting == waiting.count)
        }
    }
}
