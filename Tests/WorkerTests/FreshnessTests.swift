// SPDX-License-Identifier: Apache-2.0

import AWS
import Metrics
import Support
import Testing
import Worker

/// A put may go over a newer one where a content has come back, since ETags stand for contents. These are the last
/// looks that heal it; the random schedules know no such contents.
@Suite struct FreshnessTests {
    /// After A and B, each announced and worked on.
    private func twoVersions() -> Stage {
        let stage = Stage()
        stage.upload("a.jpg")
        stage.start()
        #expect(stage.run(150) { stage.message(0).isDeleted })
        stage.upload("a.jpg")
        #expect(stage.run(150) { stage.message(1).isDeleted })
        return stage
    }

    /// A, B and A again: whoever had B has put it and died, and the second A was found in its place before.
    @Test func `what somebody received before is not skipped by its event`() {
        let stage = twoVersions()
        #expect(stage.versions == [2, 2, 2, 2, 2])
        stage.put("a.jpg", contentOf: 1)
        stage.world.announce([World.Event(name: .init(bucket: "in", key: "a.jpg"), version: 2)])
        stage.age(2)
        #expect(stage.run(150) { stage.message(2).isDeleted })
        #expect(stage.versions == [3, 3, 3, 3, 3])
    }

    @Test func `what comes again while it is looked at is not skipped by its event either`() {
        let stage = twoVersions()
        stage.put("a.jpg", contentOf: 1)
        stage.trouble("HeadObject s3://out/pixelated-8x8", delay: 20, times: 1)
        stage.world.announce([World.Event(name: .init(bucket: "in", key: "a.jpg"), version: 2)])
        #expect(stage.run(30) { stage.message(2).receiveCount == 1 })
        stage.showAgain(2)
        #expect(stage.run(150) { stage.message(2).isDeleted })
        #expect(stage.message(2).receiveCount == 2 && stage.metrics.adopted.value == 1)
        #expect(stage.versions == [3, 3, 3, 3, 3])
    }

    /// The look after the puts fails, at the last attempt.
    @Test func `who has put and could not look gets the message again, whatever the policy says`() {
        let stage = Stage { $0.maxReceives = 1 }
        stage.upload("a.jpg")
        stage.trouble("HeadObject s3://in/a.jpg", .other, times: 1)
        stage.start()
        #expect(stage.run(200) { stage.message(0).isDeleted })
        #expect(stage.message(0).receiveCount == 2 && stage.quarantined == [])
        #expect(stage.calls("HeadObject s3://in/a.jpg") == 2)
    }

    @Test func `finished work that comes again costs looks and no download`() {
        let stage = Stage()
        stage.upload("a.jpg")
        stage.start()
        #expect(stage.run(150) { stage.message(0).isDeleted })
        stage.world.announce([World.Event(name: .init(bucket: "in", key: "a.jpg"), version: 1)])
        stage.age(1)
        #expect(stage.run(150) { stage.message(1).isDeleted })
        #expect(stage.calls("GetObject") == 1 && stage.calls("PutObject") == 5)
        #expect(stage.metrics.recordsSkipped[.finished] == 1)
    }

    /// The lease goes to somebody else while five puts are on their way, and the source is overwritten.
    @Test(arguments: [true, false])
    func `who has put looks at the source and repairs, with or without the lease`(isConditional: Bool) {
        let stage = Stage { $0.output.conditionalWrites = isConditional }
        stage.upload("a.jpg")
        stage.trouble("PutObject", delay: 60, times: 5)
        stage.start()
        #expect(stage.run(150) { stage.calls("PutObject") == 5 })
        stage.steal(0)
        stage.put("a.jpg")
        #expect(stage.run(300) { stage.worker.status.inFlight == 0 })
        #expect(stage.metrics.leasesLost[.refused] == 1)
        #expect(stage.versions == [2, 2, 2, 2, 2])
        #expect(!stage.message(0).isDeleted)
    }
}

/// One picture that waits for memory does not keep others from being received.
@Suite struct FairnessTests {
    @Test func `uploads that hang hold no memory for the source`() {
        let stage = Stage { $0.maxInFlight = 4 }
        stage.world.workingSets.withLock { $0 = [9_000_000] }
        stage.trouble("PutObject s3://out/pixelated-8x8-a.jpg", delay: 500, times: 1)
        stage.upload("a.jpg")
        stage.start()
        #expect(stage.run(150) { stage.calls("PutObject") == 5 })
        #expect(stage.worker.status.bytesInFlight == 9_000_000, "the working set alone")
    }

    @Test func `small pictures pass a large one that waits for memory`() {
        let stage = Stage { $0.maxInFlight = 4 }
        // Of 10.7 MB for working sets.
        stage.world.workingSets.withLock { $0 = [9_000_000, 9_000_000, 1000] }
        stage.trouble("PutObject s3://out/pixelated-8x8-a.jpg", delay: 500, times: 1)
        stage.upload("a.jpg")
        stage.start()
        #expect(stage.run(150) { stage.calls("PutObject") == 5 })
        stage.upload("b.jpg")
        #expect(stage.run(20) { stage.worker.status.waitingForMemory == 1 })
        stage.run(12)
        stage.upload("c.jpg")
        #expect(stage.run(150) { stage.message(2).isDeleted })
        #expect(!stage.message(1).isDeleted && !stage.message(0).isDeleted)
    }
}
