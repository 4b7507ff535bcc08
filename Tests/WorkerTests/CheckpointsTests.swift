// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import Worker

@Suite struct CheckpointsTests {
    private func delivery(_ id: String, receives: Int) -> Delivery {
        Delivery(messageID: id, handle: "h", body: "", receiveCount: receives)
    }

    private func verdicts(_ outcomes: Outcome...) -> [Verdict] {
        outcomes.map { Verdict(outcome: $0, tale: Tale(), isConcluded: true) }
    }

    @Test func `what is final is known at the next receive, unless somebody else had it in between`() {
        let checkpoints = Checkpoints()
        let failure = WorkerError(.other, operation: "x")
        checkpoints.keep(verdicts(.done, .retry(failure)), of: delivery("a", receives: 3))
        #expect(checkpoints.verdict(on: 0, of: delivery("a", receives: 4))?.outcome == .done)
        #expect(checkpoints.verdict(on: 1, of: delivery("a", receives: 4)) == nil)
        #expect(checkpoints.verdict(on: 0, of: delivery("a", receives: 5)) == nil)
        #expect(checkpoints.verdict(on: 0, of: delivery("b", receives: 4)) == nil)
        checkpoints.keep(verdicts(.retry(failure)), of: delivery("a", receives: 5))
        #expect(checkpoints.verdict(on: 0, of: delivery("a", receives: 6)) == nil)
    }

    @Test func `the oldest are forgotten, by the number of verdicts`() {
        let checkpoints = Checkpoints(capacity: 5)
        for id in ["a", "b", "c"] { checkpoints.keep(verdicts(.done, .done), of: delivery(id, receives: 1)) }
        let known = ["a", "b", "c"].map { checkpoints.verdict(on: 1, of: delivery($0, receives: 2)) != nil }
        #expect(known == [false, true, true])
    }
}
