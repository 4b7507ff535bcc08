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

    @Test func `the results together have a bound in bytes`() {
        let cache = RecordResultCache(maximumBytes: 1 << 20)
        let long = String(repeating: "x", count: 1_000_000)
        let failure = WorkerError(.corrupt, operation: long, code: long, detail: long, requestID: long)
        let reference = ObjectReference(bucket: "b", key: String(repeating: "k", count: 1024))
        var trace = RecordTrace(source: reference)
        trace.add(ObjectHead(eTag: long, versionID: long, requestID: long))
        let result = RecordResult(outcome: .quarantined(failure), trace: trace)
        for index in 0..<1000 {
            let message = message("\(index)-\(long.prefix(100))", receives: 1)
            cache.keep(Array(repeating: result, count: index % 4 + 1), of: message)
            #expect(cache.bytes <= 1 << 20)
            #expect(cache.result(ofRecord: 0, of: self.message(message.messageID, receives: 2)) != nil)
        }
        #expect(cache.bytes > 1 << 19)
        for index in 0..<1000 { cache.keep([], of: message("\(index)-\(long.prefix(100))", receives: 2)) }
        #expect(cache.bytes == 0)
        // A message that alone exceeds the bound is not kept.
        cache.keep(Array(repeating: result, count: 256), of: message("large", receives: 1))
        #expect(cache.bytes == 0 && cache.result(ofRecord: 0, of: message("large", receives: 2)) == nil)
    }

    @Test(arguments: [Int.max, Int.min, 0, -1])
    func `a receive count of any value is compared`(receives: Int) {
        let cache = RecordResultCache()
        cache.keep(results(.done), of: message("a", receives: receives))
        for next in [Int.max, Int.min, 0, receives &- 1, receives] {
            #expect(
                cache.result(ofRecord: 0, of: message("a", receives: next)) == nil || next == receives + 1)
        }
        if receives < .max {
            #expect(cache.result(ofRecord: 0, of: message("a", receives: receives + 1)) != nil)
        }
    }
}
