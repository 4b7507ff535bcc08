// SPDX-License-Identifier: Apache-2.0

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
}
