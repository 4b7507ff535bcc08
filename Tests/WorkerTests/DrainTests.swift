// SPDX-License-Identifier: Apache-2.0

import Metrics
import Scripted
import Testing
import Worker

@testable import WorkerSimulation

/// The drain of a worker, in virtual time.
@Suite struct DrainTests {
    @Test func `the outstanding poll ends by itself, and its messages are released`() {
        let harness = WorkerHarness()
        harness.start()
        harness.run(3)
        harness.worker.drain()
        harness.run(2)
        #expect(harness.end == nil, "the queue delivers to a poll whose client has gone")
        harness.upload("late.jpg")
        #expect(harness.run(30) { harness.end != nil })
        #expect(harness.message(0).receiveCount == 1)
        #expect(harness.message(0).visibleAt <= harness.time, "visible again at once")
        #expect(harness.calls("in/late.jpg") == 0 && harness.calls("out/") == 0)
        #expect(harness.metrics.released.value == 1)
    }

    @Test func `an empty outstanding poll delays the end by at most its wait`() {
        let harness = WorkerHarness()
        harness.start()
        harness.run(3)
        harness.worker.drain()
        #expect(harness.run(30) { harness.end != nil })
        #expect((3...11).contains(harness.end ?? 0), "polls are 10 s long")
    }

    @Test func `a job that has started is finished, and its message is deleted`() {
        let harness = WorkerHarness()
        harness.upload("a.jpg")
        harness.inject("GetObject", delay: 40, times: 1)
        harness.start()
        harness.run(5)
        harness.worker.drain()
        #expect(harness.run(200) { harness.end != nil })
        #expect(harness.outputs.count == 5)
        #expect(harness.message(0).isDeleted && harness.message(0).receiveCount == 1)
    }

    @Test func `a job that has not started is released at the end of the last poll`() {
        let harness = WorkerHarness()
        harness.upload("a.jpg")
        harness.inject("HeadObject", delay: 50)
        harness.start()
        harness.run(5)
        harness.worker.drain()
        #expect(harness.run(30) { harness.end != nil })
        #expect(!harness.message(0).isDeleted)
        #expect(harness.message(0).visibleAt <= harness.time)
        #expect(harness.calls("GetObject") == 0)
        // The outstanding poll would have received it at once.
        #expect(harness.message(0).receiveCount == 1)
    }

    @Test func `a job that does not finish in the drain's time is released with a delay`() {
        let harness = WorkerHarness { $0.drainSeconds = 45 }
        harness.upload("a.jpg")
        harness.inject("GetObject", delay: 10_000)
        harness.start()
        harness.run(5)
        harness.worker.drain()
        harness.run(44)
        #expect(harness.end == nil)
        #expect(harness.run(20) { harness.end != nil })
        #expect(!harness.message(0).isDeleted)
        let delay = harness.message(0).visibleAt - harness.time
        #expect(delay > .seconds(3) && delay <= .seconds(5), "\(delay)")
    }

    /// The poll waits for credentials, or for an answer that does not come.
    @Test func `a drain does not wait for a poll that lasts longer than its wait`() {
        let harness = WorkerHarness()
        harness.start()
        harness.run(3)
        harness.inject("ReceiveMessage", delay: 10_000)
        harness.run(15)
        let began = harness.now
        harness.worker.drain()
        #expect(harness.run(60) { harness.end != nil })
        #expect((harness.end ?? 0) - began <= 17)
    }

    @Test func `a forced drain releases jobs that have started`() {
        let harness = WorkerHarness()
        harness.upload("a.jpg")
        harness.inject("GetObject", delay: 10_000)
        harness.start()
        harness.run(5)
        harness.worker.drain()
        harness.run(1)
        harness.worker.drain(force: true)
        #expect(harness.run(10) { harness.end != nil })
        #expect(!harness.message(0).isDeleted)
        // The queue delivers to the cancelled poll until then: 10 s from about the first second.
        #expect(harness.message(0).visibleAt > .seconds(10))
    }

    @Test func `a forced drain lets uploads finish that take a few seconds`() {
        let harness = WorkerHarness()
        harness.upload("a.jpg")
        harness.inject("PutObject s3://out/pixelated-8x8", delay: 4, times: 1)
        harness.start()
        #expect(harness.run(150) { harness.calls("PutObject") == 5 })
        harness.worker.drain()
        harness.worker.drain(force: true)
        #expect(harness.run(60) { harness.end != nil })
        #expect(harness.outputs.count == 5)
        #expect(harness.message(0).isDeleted)
    }

    @Test(arguments: [true, false])
    func `an upload that hangs does not delay a drain, and its message is released`(isConditional: Bool) {
        for isForced in [true, false] {
            let harness = WorkerHarness {
                $0.drainSeconds = 20
                $0.output.conditionalWrites = isConditional
            }
            harness.upload("a.jpg")
            harness.inject("PutObject s3://out/pixelated-8x8", delay: 10_000, times: 1)
            harness.start()
            #expect(harness.run(150) { harness.calls("PutObject") == 5 })
            let began = harness.now
            harness.worker.drain()
            if isForced { harness.worker.drain(force: true) }
            #expect(harness.run(60) { harness.end != nil })
            // The outstanding poll, or the drain's time, and five seconds for uploads.
            #expect((harness.end ?? 0) - began <= (isForced ? 11 : 26))
            #expect(!harness.message(0).isDeleted && harness.worker.status.inFlight == 0)
            #expect(harness.message(0).visibleAt - harness.time <= .seconds(7))
        }
    }

    @Test func `deletes that wait for a batch are sent before the end`() {
        let harness = WorkerHarness { $0.deleteBatchDelayMilliseconds = 5000 }
        harness.upload("a.jpg")
        harness.start()
        #expect(harness.run(150) { harness.metrics.records[.done] == 1 })
        #expect(!harness.message(0).isDeleted)
        harness.worker.drain()
        #expect(harness.run(15) { harness.end != nil })
        #expect(harness.message(0).isDeleted)
    }

    @Test(arguments: ["HeadObject", "PutObject", "SendMessage"])
    func `a drain does not wait for an open breaker`(call: String) {
        let isQuarantine = call == "SendMessage"
        let harness = WorkerHarness { $0.maxInFlight = 6 }
        for key in ["a.jpg", "b.jpg", "c.jpg"] { harness.upload(key, isCorrupt: isQuarantine) }
        harness.inject(call, .unavailable)
        harness.start()
        let names = isQuarantine ? ["m0-0", "m1-0", "m2-0"] : ["a.jpg", "b.jpg", "c.jpg"]
        #expect(harness.run(250) { names.allSatisfy { harness.calls(call, $0) > 0 } })
        harness.run(10)
        let status = harness.worker.status
        #expect((status.opening != nil) == !isQuarantine && (status.quarantineOpening != nil) == isQuarantine)
        harness.worker.drain()
        #expect(harness.run(15) { harness.end != nil })
        #expect(harness.messages.allSatisfy { !$0.isDeleted && $0.receiveCount <= 2 })
        #expect(harness.messages.allSatisfy { $0.visibleAt - harness.time <= .seconds(5) })
    }
}
