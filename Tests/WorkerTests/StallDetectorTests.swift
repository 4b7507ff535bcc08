// SPDX-License-Identifier: Apache-2.0

import Metrics
import Scripted
import Testing
import Worker

@testable import WorkerSimulation

/// The stalls that the watchdog learns of, through the whole worker.
@Suite struct StallDetectorTests {
    @Test func `a worker that polls and works is not stalled`() {
        let harness = WorkerHarness()
        harness.upload("a.jpg")
        harness.inject("GetObject", delay: 200, times: 1)
        harness.start()
        for _ in 0..<500 {
            harness.run(1)
            #expect(harness.worker.checkForStall() == nil)
        }
    }

    @Test func `a polling task that does not send a poll that is due is a stall`() {
        let harness = WorkerHarness()
        harness.inject("ReceiveMessage", .unavailable, times: 1)
        harness.start()
        #expect(harness.run(5) { harness.worker.status.pollFailure != nil })
        // The process is suspended.
        harness.cloud.clock.advance(by: .seconds(30))
        #expect(harness.worker.checkForStall() == nil)
        harness.cloud.clock.advance(by: .seconds(59))
        #expect(harness.worker.checkForStall() == nil)
        harness.cloud.clock.advance(by: .seconds(2))
        #expect(harness.worker.checkForStall()?.contains("no poll has been sent") == true)
        harness.run(5)
        #expect(harness.worker.checkForStall() == nil)
    }

    @Test func `a pause of polling at maxInFlight is no stall`() {
        let harness = WorkerHarness { $0.maxInFlight = 1 }
        harness.upload("a.jpg")
        harness.inject("GetObject", delay: 200, times: 1)
        harness.start()
        harness.run(190)
        #expect(harness.worker.status.inFlight == 1 && harness.worker.checkForStall() == nil)
    }

    @Test func `a poll that is never answered is a stall`() {
        let harness = WorkerHarness()
        harness.start()
        harness.run(5)
        harness.inject("ReceiveMessage", delay: 100_000)
        harness.run(20)
        #expect(harness.worker.checkForStall() == nil)
        harness.run(100)
        #expect(harness.worker.checkForStall()?.contains("poll") == true)
    }

    @Test func `messages in flight without a finished step for minutes are a stall`() {
        let harness = WorkerHarness()
        harness.upload("a.jpg")
        harness.inject("GetObject", delay: 100_000)
        harness.start()
        harness.run(300)
        #expect(harness.worker.checkForStall() == nil)
        // Polling and heartbeats go on; neither is a step of this work.
        harness.run(100)
        #expect(harness.worker.checkForStall()?.contains("no step") == true)
    }

    @Test func `a message held by an open breaker is no stall`() {
        let harness = WorkerHarness()
        harness.upload("a.jpg")
        harness.inject("GetObject", .unavailable)
        harness.start()
        harness.run(5000)
        #expect(harness.worker.checkForStall() == nil)
        #expect(harness.worker.status.opening?.kind == .unavailable)
        #expect(harness.message(0).receiveCount == 1)
        harness.clearFaults()
        #expect(harness.run(200) { harness.message(0).isDeleted })
        #expect(harness.worker.status.opening == nil)
    }

    @Test func `the status and the metrics show messages and bytes in flight`() {
        let harness = WorkerHarness { $0.memoryBytes = 64 << 20 }
        for key in ["a.jpg", "b.jpg"] { harness.upload(key) }
        harness.inject("PutObject", delay: 500, times: 10)
        harness.start()
        #expect(harness.run(150) { harness.calls("PutObject") == 10 })
        #expect(harness.worker.status.inFlight == 2)
        // Two working sets.
        #expect(harness.worker.status.bytesInFlight > 2)
        #expect(harness.worker.status.oldestLease ?? .zero > .zero)
        var text = Exposition(prefix: "pixelated")
        harness.metrics.write(to: &text)
        #expect(text.finished().contains("pixelated_messages_in_flight 2"))
        harness.run(900) { harness.worker.status.inFlight == 0 }
        #expect(harness.worker.status.bytesInFlight == 0)
    }
}
