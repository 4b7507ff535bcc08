// SPDX-License-Identifier: Apache-2.0

import AWS
import Testing

@testable import Worker

@Suite struct RecordResultCacheTests {
    private func message(_ id: String, receives: Int) -> Message {
        Message(messageID: id, receiptHandle: "h", body: "", receiveCount: receives)
    }

    private func results(_ outcomes: Outcome...) -> [RecordResult] {
        outcomes.map { RecordResult(outcome: $0, trace: RecordTrace(), isReported: true) }
    }

    @Test func `a final result is known at the next receive, and at no later one`() {
        let cache = RecordResultCache()
        let failure = WorkerError(.other, operation: "x")
        cache.keep(results(.done, .retried(failure)), of: message("a", receives: 3))
        #expect(cache.result(ofRecord: 0, of: message("a", receives: 4))?.outcome == .done)
        #expect(cache.result(ofRecord: 1, of: message("a", receives: 4)) == nil)
        #expect(cache.result(ofRecord: 0, of: message("a", receives: 5)) == nil)
        #expect(cache.result(ofRecord: 0, of: message("b", receives: 4)) == nil)
        cache.keep(results(.retried(failure)), of: message("a", receives: 5))
        #expect(cache.result(ofRecord: 0, of: message("a", receives: 6)) == nil)
    }

    @Test func `the oldest messages are forgotten when there are too many results`() {
        let cache = RecordResultCache(capacity: 5)
        for id in ["a", "b", "c"] { cache.keep(results(.done, .done), of: message(id, receives: 1)) }
        let known = ["a", "b", "c"].map { cache.result(ofRecord: 1, of: message($0, receives: 2)) != nil }
        #expect(known == [false, true, true])
    }
}
