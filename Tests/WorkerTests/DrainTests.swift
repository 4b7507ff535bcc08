// SPDX-License-Identifier: Apache-2.0

import Metrics
import Scripted
import Testing
import Worker

/// From the request to stop to the end, in virtual time.
@Suite struct DrainTests {
    @Test func `the outstanding poll ends by itself, and what it brings goes back unseen`() {
        let stage = Stage()
        stage.start()
        stage.run(3)
        stage.worker.drain()
        stage.run(2)
        #expect(stage.end == nil, "a poll that is dropped takes messages all the same")
        stage.upload("late.jpg")
        #expect(stage.run(30) { stage.end != nil })
        #expect(stage.message(0).receiveCount == 1)
        #expect(stage.message(0).visibleAt <= stage.time, "visible again at once")
        #expect(stage.calls("in/late.jpg") == 0 && stage.calls("out/") == 0)
        #expect(stage.metrics.released.value == 1)
    }

    @Test func `an outstanding poll that brings nothing delays the end by its wait at most`() {
        let stage = Stage()
        stage.start()
        stage.run(3)
        stage.worker.drain()
        #expect(stage.run(30) { stage.end != nil })
        #expect((3...11).contains(stage.end ?? 0), "polls are 10 s long")
    }

    @Test func `work that has begun is finished, its message deleted before the end`() {
        let stage = Stage()
        stage.upload("a.jpg")
        stage.trouble("GetObject", delay: 40, times: 1)
        stage.start()
        stage.run(5)
        stage.worker.drain()
        #expect(stage.run(200) { stage.end != nil })
        #expect(stage.outputs.count == 5)
        #expect(stage.message(0).isDeleted && stage.message(0).receiveCount == 1)
    }

    @Test func `what has not begun goes back when the last poll is over, and is visible at once`() {
        let stage = Stage()
        stage.upload("a.jpg")
        stage.trouble("HeadObject", delay: 50)
        stage.start()
        stage.run(5)
        stage.worker.drain()
        #expect(stage.run(30) { stage.end != nil })
        #expect(!stage.message(0).isDeleted)
        #expect(stage.message(0).visibleAt <= stage.time)
        #expect(stage.calls("GetObject") == 0)
        // The poll that was out would have taken it at once.
        #expect(stage.message(0).receiveCount == 1)
    }

    @Test func `what is not finished in the drain's time goes back for a moment`() {
        let stage = Stage { $0.drainSeconds = 45 }
        stage.upload("a.jpg")
        stage.trouble("GetObject", delay: 10_000)
        stage.start()
        stage.run(5)
        stage.worker.drain()
        stage.run(44)
        #expect(stage.end == nil)
        #expect(stage.run(20) { stage.end != nil })
        #expect(!stage.message(0).isDeleted)
        let delay = stage.message(0).visibleAt - stage.time
        #expect(delay > .seconds(3) && delay <= .seconds(5), "\(delay)")
    }

    /// It waits for keys, or for an answer that does not come.
    @Test func `a poll that is out longer than its wait is not waited for`() {
        let stage = Stage()
        stage.start()
        stage.run(3)
        stage.trouble("ReceiveMessage", delay: 10_000)
        stage.run(15)
        let began = stage.now
        stage.worker.drain()
        #expect(stage.run(60) { stage.end != nil })
        #expect((stage.end ?? 0) - began <= 17)
    }

    @Test func `a second request gives back at once what has begun`() {
        let stage = Stage()
        stage.upload("a.jpg")
        stage.trouble("GetObject", delay: 10_000)
        stage.start()
        stage.run(5)
        stage.worker.drain()
        stage.run(1)
        stage.worker.drain(force: true)
        #expect(stage.run(10) { stage.end != nil })
        #expect(!stage.message(0).isDeleted)
        // The poll that was dropped is not over at the queue before: 10 s, from about the first one on.
        #expect(stage.message(0).visibleAt > .seconds(10))
    }

    @Test func `not even a second request leaves a picture half written that needs a moment more`() {
        let stage = Stage()
        stage.upload("a.jpg")
        stage.trouble("PutObject s3://out/pixelated-8x8", delay: 4, times: 1)
        stage.start()
        #expect(stage.run(150) { stage.calls("PutObject") == 5 })
        stage.worker.drain()
        stage.worker.drain(force: true)
        #expect(stage.run(60) { stage.end != nil })
        #expect(stage.outputs.count == 5)
        #expect(stage.message(0).isDeleted)
    }

    @Test(arguments: [true, false])
    func `a put that hangs holds up no drain: its message comes again`(isConditional: Bool) {
        for isHurried in [true, false] {
            let stage = Stage {
                $0.drainSeconds = 20
                $0.output.conditionalWrites = isConditional
            }
            stage.upload("a.jpg")
            stage.trouble("PutObject s3://out/pixelated-8x8", delay: 10_000, times: 1)
            stage.start()
            #expect(stage.run(150) { stage.calls("PutObject") == 5 })
            let began = stage.now
            stage.worker.drain()
            if isHurried { stage.worker.drain(force: true) }
            #expect(stage.run(60) { stage.end != nil })
            // The poll that is out, or the drain's time; five seconds for what is written.
            #expect((stage.end ?? 0) - began <= (isHurried ? 11 : 26))
            #expect(!stage.message(0).isDeleted && stage.worker.status.inFlight == 0)
            #expect(stage.message(0).visibleAt - stage.time <= .seconds(7))
        }
    }

    @Test func `deletes that wait for company go out before the end`() {
        let stage = Stage { $0.deleteBatchDelayMilliseconds = 5000 }
        stage.upload("a.jpg")
        stage.start()
        #expect(stage.run(150) { stage.metrics.records[.done] == 1 })
        #expect(!stage.message(0).isDeleted)
        stage.worker.drain()
        #expect(stage.run(15) { stage.end != nil })
        #expect(stage.message(0).isDeleted)
    }

    @Test(arguments: ["HeadObject", "PutObject", "SendMessage"])
    func `in an opening nothing is waited for`(call: String) {
        let isQuarantine = call == "SendMessage"
        let stage = Stage { $0.maxInFlight = 6 }
        for key in ["a.jpg", "b.jpg", "c.jpg"] { stage.upload(key, isCorrupt: isQuarantine) }
        stage.trouble(call, .unavailable)
        stage.start()
        #expect(stage.run(250) { stage.worker.status.inFlight == 3 })
        stage.run(30)
        let status = stage.worker.status
        #expect((status.opening != nil) == !isQuarantine && (status.quarantineOpening != nil) == isQuarantine)
        stage.worker.drain()
        #expect(stage.run(15) { stage.end != nil })
        #expect(stage.messages.allSatisfy { !$0.isDeleted && $0.receiveCount == 1 })
        #expect(stage.messages.allSatisfy { $0.visibleAt - stage.time <= .seconds(5) })
    }

}

/// Ends that nobody asks for.
@Suite struct ModeTests {
    @Test func `an idle limit ends the work after so many seconds without a message`() {
        let stage = Stage { $0.idleSeconds = 12 }
        stage.upload("a.jpg")
        stage.start()
        stage.run(100) { stage.message(0).isDeleted }
        let done = stage.now
        #expect(stage.end == nil)
        #expect(stage.run(60) { stage.end != nil })
        #expect((10...24).contains((stage.end ?? 0) - done), "idle since \(done), ended at \(stage.end ?? 0)")
        #expect(stage.error == nil)
    }

    @Test func `an idle worker does not wait for a place for reasons`() {
        let stage = Stage { $0.idleSeconds = 5 }
        stage.upload("bad.jpg", isCorrupt: true)
        stage.trouble("SendMessage", .queueMissing)
        stage.start()
        #expect(stage.run(60) { stage.end != nil })
        #expect(!stage.message(0).isDeleted && stage.message(0).receiveCount == 1)
        #expect(stage.message(0).visibleAt - stage.time <= .seconds(5))
    }

    @Test func `a message in flight is not idleness`() {
        let stage = Stage { $0.idleSeconds = 5 }
        stage.upload("a.jpg")
        stage.trouble("GetObject", delay: 100, times: 1)
        stage.start()
        stage.run(90)
        #expect(stage.end == nil)
        #expect(stage.run(300) { stage.end != nil })
        #expect(stage.message(0).isDeleted)
    }

    @Test func `after the last of so many messages no other is received`() {
        let stage = Stage { $0.maxMessages = 3 }
        for key in ["a", "b", "c", "d", "e"] { stage.upload("\(key).jpg") }
        stage.start()
        #expect(stage.run(600) { stage.end != nil })
        #expect(stage.messages.filter(\.isDeleted).count == 3)
        #expect(stage.messages.map(\.receiveCount).reduce(0, +) == 3)
    }

    @Test func `a queue that is missing at the start ends it, later it does not`() {
        let missing = Stage()
        missing.trouble("ReceiveMessage", .queueMissing)
        missing.start()
        #expect(missing.run(5) { missing.end != nil })
        #expect(missing.error?.kind == .queueMissing)

        let later = Stage()
        later.start()
        later.run(5)
        later.trouble("ReceiveMessage", .queueMissing, times: 3)
        later.upload("a.jpg")
        #expect(later.run(300) { later.message(0).isDeleted })
        #expect(later.end == nil)
    }
}

/// What the watchdog is told: polls answered and leases moving.
@Suite struct StallTests {
    @Test func `a worker that polls and works gives no reason for complaint`() {
        let stage = Stage()
        stage.upload("a.jpg")
        stage.trouble("GetObject", delay: 200, times: 1)
        stage.start()
        for _ in 0..<500 {
            stage.run(1)
            #expect(stage.worker.checkForStall() == nil)
        }
    }

    @Test func `a poller that does not ask although it could is a stall`() {
        let stage = Stage()
        stage.trouble("ReceiveMessage", .unavailable, times: 1)
        stage.start()
        #expect(stage.run(5) { stage.worker.status.pollFailure != nil })
        // Time goes by, and nothing of the process runs.
        stage.world.clock.advance(by: .seconds(30))
        #expect(stage.worker.checkForStall() == nil)
        stage.world.clock.advance(by: .seconds(59))
        #expect(stage.worker.checkForStall() == nil)
        stage.world.clock.advance(by: .seconds(2))
        #expect(stage.worker.checkForStall()?.contains("no poll has been sent") == true)
        stage.run(5)
        #expect(stage.worker.checkForStall() == nil)
    }

    @Test func `with every slot taken not to ask is no stall`() {
        let stage = Stage { $0.maxInFlight = 1 }
        stage.upload("a.jpg")
        stage.trouble("GetObject", delay: 200, times: 1)
        stage.start()
        stage.run(190)
        #expect(stage.worker.status.inFlight == 1 && stage.worker.checkForStall() == nil)
    }

    @Test func `a poll that is never answered is a stall`() {
        let stage = Stage()
        stage.start()
        stage.run(5)
        stage.trouble("ReceiveMessage", delay: 100_000)
        stage.run(20)
        #expect(stage.worker.checkForStall() == nil)
        stage.run(100)
        #expect(stage.worker.checkForStall()?.contains("poll") == true)
    }

    @Test func `messages in flight without a step for long are a stall`() {
        let stage = Stage()
        stage.upload("a.jpg")
        stage.trouble("GetObject", delay: 100_000)
        stage.start()
        stage.run(300)
        #expect(stage.worker.checkForStall() == nil)
        // Polling goes on in the other slots, and heartbeats keep the lease; neither is a step of this work.
        stage.run(100)
        #expect(stage.worker.checkForStall()?.contains("no step") == true)
    }

    @Test func `waiting for the end of an opening is no stall`() {
        let stage = Stage()
        stage.upload("a.jpg")
        stage.trouble("GetObject", .unavailable)
        stage.start()
        stage.run(5000)
        #expect(stage.worker.checkForStall() == nil)
        #expect(stage.worker.status.opening?.kind == .unavailable)
        #expect(stage.message(0).receiveCount == 1)
        stage.clearTroubles()
        #expect(stage.run(200) { stage.message(0).isDeleted })
        #expect(stage.worker.status.opening == nil)
    }

    @Test func `what is in flight is visible, in messages and in bytes`() {
        let stage = Stage { $0.memoryBytes = 64 << 20 }
        for key in ["a.jpg", "b.jpg"] { stage.upload(key) }
        stage.trouble("PutObject", delay: 500, times: 10)
        stage.start()
        #expect(stage.run(150) { stage.calls("PutObject") == 10 })
        #expect(stage.worker.status.inFlight == 2)
        // Two bodies of a few bytes, and two working sets.
        #expect(stage.worker.status.bytesInFlight > 2)
        #expect(stage.worker.status.oldestLease ?? .zero > .zero)
        var text = Exposition(prefix: "pixelated")
        stage.metrics.write(to: &text)
        #expect(text.finished().contains("pixelated_messages_in_flight 2"))
        stage.run(900) { stage.worker.status.inFlight == 0 }
        #expect(stage.worker.status.bytesInFlight == 0)
    }
}
