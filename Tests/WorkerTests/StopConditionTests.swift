// SPDX-License-Identifier: Apache-2.0

import Metrics
import Scripted
import Testing
import Worker

@testable import WorkerSimulation

/// The conditions, other than a drain, under which a worker stops.
@Suite struct StopConditionTests {
    @Test func `an idle limit stops the worker after that time without a message`() {
        let harness = WorkerHarness { $0.idleSeconds = 12 }
        harness.upload("a.jpg")
        harness.start()
        harness.run(100) { harness.message(0).isDeleted }
        let done = harness.now
        #expect(harness.end == nil)
        #expect(harness.run(60) { harness.end != nil })
        #expect(
            (10...24).contains((harness.end ?? 0) - done), "idle since \(done), ended at \(harness.end ?? 0)")
        #expect(harness.error == nil)
    }

    @Test func `an idle worker does not wait for the quarantine`() {
        let harness = WorkerHarness { $0.idleSeconds = 5 }
        harness.upload("bad.jpg", isCorrupt: true)
        harness.inject("SendMessage", .queueMissing)
        harness.start()
        #expect(harness.run(60) { harness.end != nil })
        #expect(!harness.message(0).isDeleted && harness.message(0).receiveCount == 1)
        #expect(harness.message(0).visibleAt - harness.time <= .seconds(5))
    }

    @Test func `a worker with a message in flight is not idle`() {
        let harness = WorkerHarness { $0.idleSeconds = 5 }
        harness.upload("a.jpg")
        harness.inject("GetObject", delay: 100, times: 1)
        harness.start()
        harness.run(90)
        #expect(harness.end == nil)
        #expect(harness.run(300) { harness.end != nil })
        #expect(harness.message(0).isDeleted)
    }

    @Test func `a message limit stops the worker after that number of messages`() {
        let harness = WorkerHarness { $0.maxMessages = 3 }
        for key in ["a", "b", "c", "d", "e"] { harness.upload("\(key).jpg") }
        harness.start()
        #expect(harness.run(600) { harness.end != nil })
        #expect(harness.messages.filter(\.isDeleted).count == 3)
        #expect(harness.messages.map(\.receiveCount).reduce(0, +) == 3)
    }

    @Test func `a missing queue stops the worker only before the first answered poll`() {
        let missing = WorkerHarness()
        missing.inject("ReceiveMessage", .queueMissing)
        missing.start()
        #expect(missing.run(5) { missing.end != nil })
        #expect(missing.error?.kind == .queueMissing)

        let later = WorkerHarness()
        later.start()
        later.run(5)
        later.inject("ReceiveMessage", .queueMissing, times: 3)
        later.upload("a.jpg")
        #expect(later.run(300) { later.message(0).isDeleted })
        #expect(later.end == nil)
    }
}
