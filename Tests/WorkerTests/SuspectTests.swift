// SPDX-License-Identifier: Apache-2.0

import AWS
import Metrics
import Support
import Testing

@testable import Worker
@testable import WorkerSimulation

/// Messages that earlier processes may have been killed by, through the whole worker.
@Suite struct SuspectTests {
    /// Uploads sources whose messages have been received before.
    private func upload(_ count: Int, receives: Int, to harness: WorkerHarness) {
        let first = harness.messages.count
        for index in 0..<count { harness.upload("\(receives)-\(index).jpg") }
        harness.cloud.state.withLock { state in
            for index in first..<first + count { state.messages[index].receiveCount = receives }
        }
    }

    /// The numbers of messages that were in flight at the downloads of sources whose names contain `name`.
    private func inFlight(_ harness: WorkerHarness, atDownloadsOf name: String) -> [Int] {
        var (numbers, seen) = ([Int](), 0)
        harness.run(900) {
            let downloads = harness.calls("GetObject", name)
            if downloads > seen {
                seen = downloads
                numbers.append(harness.messages.count { !$0.isDeleted && $0.visibleAt > harness.time })
            }
            return harness.messages.allSatisfy(\.isDeleted)
        }
        return numbers
    }

    @Test func `suspect messages are received and processed one by one`() {
        let harness = WorkerHarness(hasLongWork: false) { $0.maxInFlight = 12 }
        upload(8, receives: 2, to: harness)
        harness.start()
        let numbers = inFlight(harness, atDownloadsOf: "2-")
        #expect(numbers == Array(repeating: 1, count: 8))
        #expect(harness.outputs.count == 40 && harness.metrics.suspects.value == 8)
        #expect(harness.metrics.redelivered.value == 8)
    }

    @Test func `a suspect message among others is processed when they have ended`() {
        let harness = WorkerHarness(hasLongWork: false) { $0.maxInFlight = 12 }
        upload(9, receives: 0, to: harness)
        upload(1, receives: 2, to: harness)
        harness.start()
        let numbers = inFlight(harness, atDownloadsOf: "2-")
        #expect(numbers == [1])
        #expect(harness.outputs.count == 50 && harness.metrics.suspects.value == 1)
    }

    @Test func `messages before their third receive are received together`() {
        let harness = WorkerHarness(hasLongWork: false) { $0.maxInFlight = 12 }
        upload(10, receives: 1, to: harness)
        harness.start()
        let numbers = inFlight(harness, atDownloadsOf: "1-")
        #expect(numbers.max() ?? 0 > 3 && harness.metrics.suspects.value == 0)
    }

    @Test func `each heartbeat of a message counts as an extension`() {
        let harness = WorkerHarness()
        harness.upload("a.jpg")
        harness.inject("PutObject", delay: 100)
        harness.start()
        #expect(harness.run(900) { harness.messages.allSatisfy(\.isDeleted) })
        let heartbeats = harness.calls("ChangeMessageVisibilityBatch")
        #expect(heartbeats > 3 && harness.metrics.extensions.value == UInt64(heartbeats))
    }

    @Test func `a message that this process retries is not suspect`() {
        let harness = WorkerHarness()
        harness.upload("a.jpg")
        harness.inject("GetObject s3://in/a.jpg", .accessDenied, times: 3)
        harness.start()
        #expect(harness.run(3600) { harness.messages.allSatisfy(\.isDeleted) })
        #expect(harness.outputs.count == 5 && harness.message(0).receiveCount == 4)
        #expect(harness.metrics.suspects.value == 0)
    }

    @Test func `a suspect message that waits for a dependency does not stop the receiving`() {
        let harness = WorkerHarness()
        upload(1, receives: 2, to: harness)
        harness.inject("GetObject s3://in/2-0.jpg", .unavailable)
        harness.start()
        harness.run(60)
        upload(3, receives: 0, to: harness)
        #expect(harness.run(300) { harness.outputs.count == 15 })
    }

    @Test func `a suspect message that waits for its turn is released by a drain`() {
        let harness = WorkerHarness()
        harness.upload("a.jpg")
        harness.inject("PutObject", delay: 20)
        harness.start()
        #expect(harness.run(60) { harness.calls("PutObject") > 0 })
        upload(1, receives: 2, to: harness)
        harness.run(5)
        #expect(harness.message(1).receiveCount == 3 && harness.calls("GetObject s3://in/2-") == 0)
        harness.worker.drain()
        #expect(harness.run(100) { harness.end != nil })
        #expect(harness.message(0).isDeleted && harness.message(1).visibleAt <= harness.time)
        #expect(harness.calls("GetObject s3://in/2-") == 0)
    }

    // MARK: The last receive

    /// Runs until no message is left, and returns the numbers of records with each outcome but 0.
    private func outcomes(_ harness: WorkerHarness) -> [Outcome.Kind: UInt64] {
        #expect(
            harness.run(3600) {
                harness.messages.allSatisfy(\.isDeleted) && harness.worker.status.inFlight == 0
            })
        let counts = Outcome.Kind.allCases.map { ($0, harness.metrics.records[$0]) }
        return Dictionary(uniqueKeysWithValues: counts.filter { $0.1 > 0 })
    }

    @Test func `a failure is stored and the message deleted before the last decoding`() throws {
        let harness = WorkerHarness(hasLongWork: false)
        upload(1, receives: 4, to: harness)
        harness.start()
        #expect(harness.run(60) { harness.calls("Pixelate") > 0 })
        // A process that is killed now leaves this.
        #expect(harness.message(0).isDeleted && harness.quarantined == ["m0-0"])
        let record = try #require(harness.record("m0-0"))
        #expect(record.error == "no-result" && record.key == "4-0.jpg" && record.receiveCount == 5)
        #expect(record.reason.contains("received 5 times"))

        #expect(outcomes(harness) == [.done: 1])
        #expect(harness.outputs.count == 5 && harness.calls("SendMessage") == 1)
        #expect(harness.metrics.deleted.value == 1 && harness.metrics.settleFailures.value == 0)
        #expect(harness.metrics.leasesLost[.expired] == 0 && harness.calls("DeleteMessageBatch") == 1)
    }

    @Test func `a long decoding after the deletion of its message is not interrupted`() {
        let harness = WorkerHarness(hasLongWork: false)
        upload(1, receives: 4, to: harness)
        harness.inject("Pixelate", delay: 300)
        harness.start()
        #expect(harness.run(60) { harness.calls("Pixelate") > 0 })
        let heartbeats = harness.calls("ChangeMessageVisibilityBatch")
        #expect(harness.run(400) { harness.outputs.count == 5 })
        #expect(outcomes(harness) == [.done: 1])
        #expect(harness.calls("ChangeMessageVisibilityBatch") == heartbeats)
    }

    @Test(arguments: [false, true])
    func `an ordinary failure at the last receive leaves one record`(replacesRecords: Bool) {
        let harness = WorkerHarness(replacesRecords: replacesRecords, hasLongWork: false)
        upload(1, receives: 4, to: harness)
        harness.inject("Pixelate", .tooSlow)
        harness.start()
        #expect(outcomes(harness) == [.quarantined: 1])
        #expect(harness.metrics.recordErrors[.tooSlow, .quarantined] == 1)
        #expect(harness.quarantined == ["m0-0"] && harness.calls("SendMessage") == (replacesRecords ? 2 : 1))
        #expect(harness.record("m0-0")?.error == (replacesRecords ? "too-slow" : "no-result"))
    }

    @Test func `a failure of the download at the last receive is stored with its own reason`() {
        let harness = WorkerHarness(hasLongWork: false)
        upload(1, receives: 4, to: harness)
        harness.inject("GetObject", .accessDenied)
        harness.start()
        #expect(outcomes(harness) == [.quarantined: 1])
        #expect(harness.record("m0-0")?.error == "access-denied" && harness.calls("SendMessage") == 1)
    }

    @Test func `without a place for the reason, the last attempt is made with the message in the queue`() {
        let harness = WorkerHarness(hasLongWork: false)
        upload(1, receives: 4, to: harness)
        harness.inject("SendMessage", .unavailable)
        harness.start()
        #expect(harness.run(60) { harness.calls("Pixelate") > 0 })
        #expect(!harness.message(0).isDeleted && harness.calls("SendMessage") == 1)
        #expect(outcomes(harness) == [.done: 1])
        #expect(harness.quarantined.isEmpty && harness.outputs.count == 5)
    }

    @Test func `a queue that refuses deletes does not hold back the last attempt`() {
        let harness = WorkerHarness(hasLongWork: false)
        upload(1, receives: 4, to: harness)
        harness.inject("DeleteMessageBatch", .unavailable)
        harness.start()
        #expect(harness.run(120) { harness.calls("Pixelate") > 0 })
        #expect(!harness.message(0).isDeleted && harness.quarantined == ["m0-0"])
        #expect(harness.calls("DeleteMessageBatch") > 1)
    }

    @Test func `a stop after the storing leaves the record and no message`() {
        let harness = WorkerHarness(hasLongWork: false)
        upload(1, receives: 4, to: harness)
        harness.inject("Pixelate", delay: 1000)
        harness.start()
        #expect(harness.run(60) { harness.calls("Pixelate") > 0 })
        harness.worker.drain()
        harness.run(30)
        #expect(harness.end == nil, "the work in progress has a minute")
        #expect(harness.run(60) { harness.end != nil })
        #expect(outcomes(harness) == [.quarantined: 1])
        #expect(harness.metrics.recordErrors[.noResult, .quarantined] == 1)
        #expect(harness.quarantined == ["m0-0"] && harness.calls("SendMessage") == 1)
    }

    @Test func `a backlog after an outage leaves at most four records an hour`() {
        let harness = WorkerHarness(hasLongWork: false) { $0.maxInFlight = 12 }
        upload(20, receives: 6, to: harness)
        harness.start()
        #expect(outcomes(harness) == [.done: 20])
        #expect(harness.outputs.count == 100 && harness.quarantined.count == 4)
    }

    @Test func `with other records in the message, nothing is stored before the decoding`() {
        let harness = WorkerHarness(hasLongWork: false)
        harness.upload("a.jpg", "b.jpg")
        harness.cloud.state.withLock { $0.messages[0].receiveCount = 4 }
        harness.start()
        #expect(outcomes(harness) == [.done: 2])
        #expect(harness.quarantined.isEmpty && harness.outputs.count == 10)
    }

    @Test func `outputs that are up to date need no record`() {
        let harness = WorkerHarness(hasLongWork: false)
        harness.upload("a.jpg")
        harness.start()
        #expect(harness.run(60) { harness.messages.allSatisfy(\.isDeleted) })
        harness.cloud.announce([
            FakeCloud.Event(name: ObjectReference(bucket: "in", key: "a.jpg"), version: 1)
        ])
        harness.cloud.state.withLock { $0.messages[1].receiveCount = 4 }
        #expect(outcomes(harness) == [.done: 1, .skipped: 1])
        #expect(harness.quarantined.isEmpty)
    }

    @Test(arguments: ["retry", "ignore", "open-breaker"])
    func `a policy for missing results switches the storing off`(disposition: String) {
        let harness = WorkerHarness(hasLongWork: false) { $0.policy = ["no-result": disposition] }
        upload(1, receives: 4, to: harness)
        harness.start()
        #expect(outcomes(harness) == [.done: 1])
        #expect(harness.quarantined.isEmpty)
    }
}
