// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import Metrics
import Support
import Testing
import Worker

/// What becomes of each record of a message, through the whole worker.
@Suite struct RecordTests {
    private func five(_ keys: String...) -> [String] {
        keys.flatMap { key in [8, 16, 32, 48, 64].map { "pixelated-\($0)x\($0)-\(key)" } }.sorted()
    }

    @Test func `of several records only the failed one is repeated`() {
        let stage = Stage()
        stage.upload("a.jpg", "b.jpg", "c.jpg")
        stage.trouble("GetObject s3://in/b.jpg", .accessDenied, times: 2)
        stage.start()
        #expect(stage.run(600) { stage.message(0).isDeleted })
        #expect(stage.message(0).receiveCount == 3)
        #expect(stage.outputs == five("a.jpg", "b.jpg", "c.jpg"))
        // Once each: before the get, whether anything is there, and after the puts, whether it is still right.
        for key in ["a.jpg", "c.jpg"] {
            #expect(stage.calls("GetObject s3://in/\(key)") == 1)
            #expect(stage.calls("HeadObject", key) == 2, "not even looked at again")
        }
        #expect(stage.calls("GetObject s3://in/b.jpg") == 3)
    }

    @Test func `a reason is stored once, when nothing of the message has to be repeated any more`() {
        let stage = Stage()
        stage.world.announce([stage.put("bad.jpg", isCorrupt: true), stage.put("denied.jpg")])
        stage.trouble("GetObject s3://in/denied.jpg", .accessDenied, times: 2)
        stage.start()
        #expect(stage.run(300) { stage.message(0).receiveCount == 2 })
        stage.run(5)
        #expect(stage.calls("SendMessage") == 0)
        #expect(stage.run(600) { stage.message(0).isDeleted })
        #expect(stage.calls("SendMessage") == 1)
        #expect(stage.quarantined == ["m0-0"])
        #expect(stage.reason("m0-0")?.key == "bad.jpg", "what is kept is kept whole")
        #expect(stage.calls("GetObject s3://in/bad.jpg") == 1)
        #expect(stage.outputs == five("denied.jpg"))
    }

    @Test func `a reason that is stored is not stored again when the next one cannot be`() {
        let stage = Stage()
        stage.upload("a.jpg", "b.jpg", "c.jpg", isCorrupt: true)
        stage.trouble("SendMessage m0-1", .other, times: 2)
        stage.start()
        #expect(stage.run(600) { stage.message(0).isDeleted })
        #expect(stage.message(0).receiveCount == 3)
        #expect(["m0-0", "m0-1", "m0-2"].map { stage.calls("SendMessage \($0)") } == [1, 3, 1])
        #expect(stage.calls("GetObject") == 3)
        #expect(stage.metrics.records[.quarantined] == 3)
    }

    @Test func `while its reason cannot be stored a message is held, and the others go on`() {
        let stage = Stage()
        stage.upload("bad.jpg", isCorrupt: true)
        stage.trouble("SendMessage", .queueMissing)
        stage.start()
        #expect(stage.run(30) { stage.worker.status.quarantineOpening?.kind == .queueMissing })
        for key in ["a.jpg", "b.jpg", "c.jpg"] { stage.upload(key) }
        #expect(stage.run(250) { stage.outputs == five("a.jpg", "b.jpg", "c.jpg") })
        #expect(stage.worker.status.opening == nil)
        stage.run(600)
        #expect(!stage.message(0).isDeleted && stage.message(0).receiveCount == 1)
        stage.clearTroubles()
        #expect(stage.run(60) { stage.message(0).isDeleted })
        #expect(stage.worker.status.quarantineOpening == nil)
        #expect(stage.quarantined == ["m0-0"] && stage.message(0).receiveCount == 1)
    }

    @Test func `what waits for the quarantine leaves maxInFlight to the others`() {
        let stage = Stage { $0.maxInFlight = 4 }
        for key in ["1", "2", "3", "4", "5"] { stage.upload("bad-\(key).jpg", isCorrupt: true) }
        stage.trouble("SendMessage", .unavailable)
        stage.start()
        #expect(stage.run(20) { stage.messages.allSatisfy { $0.receiveCount > 0 } })
        #expect(stage.worker.status.inFlight <= 2)
        stage.upload("a.jpg")
        #expect(stage.run(15) { stage.outputs == five("a.jpg") })
    }

    @Test func `what waits for the quarantine keeps no other opening from its second opinion`() {
        let stage = Stage()
        stage.upload("bad.jpg", isCorrupt: true)
        stage.trouble("SendMessage", .unavailable)
        stage.trouble("GetObject s3://in/a.jpg", .unavailable)
        stage.start()
        #expect(stage.run(30) { stage.worker.status.quarantineOpening != nil })
        stage.upload("a.jpg")
        #expect(stage.run(30) { stage.worker.status.opening != nil })
        // The poll that was out when it began is over.
        stage.run(12)
        stage.upload("b.jpg")
        #expect(stage.run(60) { stage.outputs == five("b.jpg") })
    }

    @Test func `who probed and then waits for the quarantine leaves the probing to others`() {
        let stage = Stage { $0.maxReceives = 1 }
        stage.trouble("SendMessage", .unavailable)
        stage.trouble("GetObject s3://in/p.jpg", .unavailable, times: 1)
        stage.trouble("GetObject s3://in/p.jpg", .other, times: 1)
        stage.trouble("GetObject s3://in/q.jpg", .unavailable, times: 2)
        stage.upload("p.jpg")
        stage.start()
        #expect(stage.run(10) { stage.worker.status.opening != nil })
        stage.upload("q.jpg")
        #expect(stage.run(100) { stage.outputs == five("q.jpg") })
        #expect(stage.worker.status.quarantineOpening != nil && stage.worker.status.opening == nil)
    }

    @Test func `a reason that alone cannot be stored blames its message in the end`() {
        let stage = Stage()
        stage.upload("bad.jpg", isCorrupt: true)
        stage.trouble("SendMessage m0-0", .unavailable)
        stage.start()
        #expect(stage.run(20) { stage.message(0).receiveCount == 1 })
        for index in 1...200 where stage.message(0).receiveCount == 1 {
            stage.upload("bad-\(index).jpg", isCorrupt: true)
            stage.run(30)
        }
        #expect(stage.message(0).receiveCount == 2)
        #expect(!stage.message(0).isDeleted)
    }

    @Test func `the shortest delay is a second, never nothing`() {
        let stage = Stage(random: 0) {
            $0.retrySeconds = 1
            $0.maxRetrySeconds = 1
            $0.maxReceives = 0
        }
        stage.upload("denied.jpg")
        stage.trouble("GetObject", .accessDenied)
        stage.start()
        #expect(stage.run(60) { stage.metrics.released.value == 1 })
        #expect(stage.message(0).visibleAt - stage.time > .milliseconds(900))
    }

    /// The event is believed about the memory to set aside, never about the memory that is used.
    @Test func `an object larger than its event is read with the memory for the largest`() {
        let stage = Stage()
        let record = World.record(stage.put("a.jpg")).replacingOccurrences(
            of: #""size":1000"#, with: #""size":4"#)
        stage.world.send(#"{"Records":[\#(record)]}"#)
        stage.trouble("GetObject", delay: 0, times: 1)
        stage.trouble("GetObject", delay: 100, times: 1)
        stage.start()
        #expect(stage.run(50) { stage.calls("GetObject") == 2 })
        #expect(stage.worker.status.bytesInFlight == 100_000, "the engine's largest")
        #expect(stage.run(300) { stage.message(0).isDeleted })
        #expect(stage.outputs == five("a.jpg"))
    }

    @Test func `without a quarantine a hopeless message is left to the queue, less and less often`() {
        let stage = Stage(hasQuarantine: false)
        stage.upload("bad.jpg", isCorrupt: true)
        stage.start()
        stage.run(1000)
        #expect(!stage.message(0).isDeleted)
        // 10, 20, 40 ... 640 seconds apart.
        #expect(stage.message(0).receiveCount == 7)
    }

    @Test func `what still fails for its own fault at the last attempt is quarantined`() {
        let stage = Stage { $0.maxReceives = 3 }
        stage.upload("denied.jpg")
        stage.trouble("GetObject", .accessDenied)
        stage.start()
        #expect(stage.run(900) { stage.message(0).isDeleted })
        #expect(stage.message(0).receiveCount == 3)
        #expect(stage.quarantined == ["m0-0"])
    }

    @Test func `a job whose lease is lost writes nothing and says nothing about the message`() {
        let stage = Stage()
        stage.upload("a.jpg")
        stage.trouble("GetObject", delay: 60, times: 1)
        stage.start()
        stage.run(5)
        stage.steal(0)
        stage.run(600)
        #expect(stage.calls("PutObject") == 0 && stage.outputs == [])
        #expect(!stage.message(0).isDeleted && stage.message(0).handle == "another's")
        #expect(stage.metrics.records[.lost] == 1 && stage.worker.status.inFlight == 0)
        // By the refusal of the first heartbeat, not at the end of the lease.
        #expect(stage.metrics.leasesLost[.refused] == 1)
    }

    /// A lease of 30 s whose extensions fail, and five seconds left of it.
    @Test(arguments: [true, false])
    func `nothing is written at the end of a lease that cannot be extended`(isCorrupt: Bool) {
        let stage = Stage()
        stage.upload("a.jpg", isCorrupt: isCorrupt)
        stage.trouble("GetObject", delay: isCorrupt ? 25 : 23, times: 1)
        stage.trouble("ChangeMessageVisibility", .unavailable)
        stage.start()
        #expect(stage.run(35) { stage.metrics.records[.lost] == 1 })
        #expect(stage.calls("SendMessage") == 0 && stage.calls("PutObject") == 0)
        #expect(!stage.message(0).isDeleted)
    }

    @Test func `a delete that failed is repeated`() {
        let stage = Stage()
        stage.upload("a.jpg")
        stage.trouble("DeleteMessageBatch", .unavailable, times: 3)
        stage.start()
        #expect(stage.run(150) { stage.calls("DeleteMessageBatch") == 1 })
        #expect(stage.metrics.deleted.value == 0)
        #expect(stage.run(20) { stage.message(0).isDeleted })
        #expect(stage.message(0).receiveCount == 1)
    }

    @Test func `an object that is gone is acknowledged, or what the configuration says`() {
        let gone = Stage()
        gone.world.announce([World.Event(name: ObjectReference(bucket: "in", key: "gone.jpg"), version: 1)])
        gone.start()
        #expect(gone.run(30) { gone.message(0).isDeleted })
        #expect(gone.metrics.records[.ignored] == 1)

        let kept = Stage { $0.policy = ["not-found": "quarantine"] }
        kept.world.announce([World.Event(name: ObjectReference(bucket: "in", key: "gone.jpg"), version: 1)])
        kept.start()
        #expect(kept.run(30) { kept.message(0).isDeleted })
        #expect(kept.metrics.records[.quarantined] == 1)
    }

    @Test(arguments: [
        ("own-output", "out", "pixelated-8x8-a.jpg", "ObjectCreated:Put"),
        ("own-output", "out", "deep/pixelated-48x48-a.jpg", "ObjectCreated:Copy"),
        ("own-output", "out", "pixelated-7x7-of-other-sizes.jpg", "ObjectCreated:Put"),
        ("folder", "in", "folder/", "ObjectCreated:Put"),
        ("removed", "in", "a.jpg", "ObjectRemoved:Delete"),
        ("removed", "in", "a.jpg", "ObjectRemoved:DeleteMarkerCreated"),
        ("foreign-event", "in", "a.jpg", "ObjectTagging:Put"),
        ("foreign-event", "in", "a.jpg", "SomethingNew:Of2030"),
    ])
    func `what needs no work is acknowledged and counted, and nothing is asked of S3`(
        why: String, bucket: String, key: String, event: String
    ) throws {
        let stage = Stage()
        stage.world.send(
            """
            {"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"\(event)",
            "s3":{"bucket":{"name":"\(bucket)"},"object":{"key":"\(key)","size":1,"eTag":"e"}}}]}
            """)
        stage.start()
        #expect(stage.run(30) { stage.message(0).isDeleted })
        let skip = try #require(Outcome.Skip(rawValue: why))
        #expect(stage.metrics.recordsSkipped[skip] == 1)
        #expect(stage.calls("Object s3://") == 0)
    }

    /// A notification that also covers the outputs feeds the worker with its own work.
    @Test func `a loop of outputs ends with the first round`() {
        let stage = Stage { $0.output = OutputOptions(bucket: "in") }
        stage.upload("a.jpg")
        stage.start()
        #expect(stage.run(200) { stage.message(0).isDeleted })
        for size in World.sizes {
            let name = ObjectReference(bucket: "in", key: "pixelated-\(size)x\(size)-a.jpg")
            stage.world.announce([World.Event(name: name, version: 1)])
        }
        let puts = stage.calls("PutObject")
        #expect(stage.run(200) { stage.messages.allSatisfy(\.isDeleted) })
        #expect(puts == 5 && stage.calls("PutObject") == 5)
        #expect(stage.metrics.recordsSkipped[.ownOutput] == 5)
    }

    @Test func `what a bucket quarantine stored is told from what people store beside it`() {
        let quarantine = BucketQuarantine(
            store: ModelStore(Line(world: Stage().world, process: 0, isDead: Locked(false))), bucket: "in",
            prefix: "q/")
        #expect(quarantine.holds(ObjectReference(bucket: "in", key: "q/m0-0.json")))
        #expect(!quarantine.holds(ObjectReference(bucket: "in", key: "q/a.jpg")))
        #expect(!quarantine.holds(ObjectReference(bucket: "in", key: "m0-0.json")))
        #expect(!quarantine.holds(ObjectReference(bucket: "other", key: "q/m0-0.json")))
    }

    /// All around the same event; `$` stands for the record, `%` for the whole notification as a JSON string.
    @Test(arguments: [
        #"{"Records":[$]}"#,
        #"{"Type":"Notification","MessageId":"1","TopicArn":"t","Message":%}"#,
        """
        {"version":"0","source":"aws.s3","detail-type":"Object Created","detail":{"bucket":{"name":"in"},
        "object":{"key":"a.jpg","size":1000,"etag":"e1","sequencer":"00"}}}
        """,
        #"{"EventName":"s3:ObjectCreated:Put","Key":"in/a.jpg","Records":[$]}"#,
    ])
    func `every envelope leads to the same five outputs`(envelope: String) throws {
        let stage = Stage()
        let record = World.record(stage.put("a.jpg"))
        let inner = String(decoding: try JSONEncoder().encode(#"{"Records":[\#(record)]}"#), as: UTF8.self)
        stage.world.send(
            envelope.replacingOccurrences(of: "$", with: record).replacingOccurrences(of: "%", with: inner))
        stage.start()
        #expect(stage.run(200) { stage.message(0).isDeleted })
        #expect(stage.outputs == five("a.jpg"))
    }

    @Test(arguments: [
        #"{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"in"}"#,
        #"{"Type":"Notification","Message":"{\"Service\":\"Amazon S3\",\"Event\":\"s3:TestEvent\"}"}"#,
    ])
    func `test events are acknowledged`(body: String) {
        let stage = Stage()
        stage.world.send(body)
        stage.start()
        #expect(stage.run(30) { stage.message(0).isDeleted })
        #expect(stage.metrics.recordsSkipped[.testEvent] == 1)
    }

    @Test(arguments: [#"{"Records":"none"}"#, "{}", "hello", #"{"hello":"world"}"#, "[]"])
    func `an unknown shape is a failure with its body kept, never a success`(body: String) {
        let stage = Stage()
        stage.world.send(body)
        stage.start()
        #expect(stage.run(30) { stage.message(0).isDeleted })
        #expect(stage.metrics.records[.quarantined] == 1)
        #expect(stage.quarantined == ["m0-0"])
    }
}
