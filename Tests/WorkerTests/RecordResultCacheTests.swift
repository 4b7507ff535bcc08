// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Worker

@Suite struct CheckpointsTests {
    private func delivery(_ id: String, receives: Int) -> Delivery {
        Delivery(messageID: id, handle: "h", body: "", receiveCount: receives)
    }

    private func verdicts(_ outcomes: Outcome...) -> [RecordResult] {
        outcomes.map { RecordResult(outcome: $0, trace: RecordTrace(), isConcluded: true) }
    }

    @Test func `what is final is known at the next receive, unless somebody else had it in between`() {
        let resultCache = RecordResultCache()
        let failure = WorkerError(.other, operation: "x")
        resultCache.keep(verdicts(.done, .retried(failure)), of: delivery("a", receives: 3))
        #expect(resultCache.verdict(on: 0, of: delivery("a", receives: 4))?.outcome == .done)
        #expect(resultCache.verdict(on: 1, of: delivery("a", receives: 4)) == nil)
        #expect(resultCache.verdict(on: 0, of: delivery("a", receives: 5)) == nil)
        #expect(resultCache.verdict(on: 0, of: delivery("b", receives: 4)) == nil)
        resultCache.keep(verdicts(.retried(failure)), of: delivery("a", receives: 5))
        #expect(resultCache.verdict(on: 0, of: delivery("a", receives: 6)) == nil)
    }

    @Test func `the oldest are forgotten, by the number of verdicts`() {
        let resultCache = RecordResultCache(capacity: 5)
        for id in ["a", "b", "c"] { resultCache.keep(verdicts(.done, .done), of: delivery(id, receives: 1)) }
        let known = ["a", "b", "c"].map { resultCache.verdict(on: 1, of: delivery($0, receives: 2)) != nil }
        #expect(known == [false, true, true])
    }
}
