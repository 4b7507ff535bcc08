// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import Metrics
import Support
import Testing
import Worker

@testable import WorkerSimulation

/// The outcomes of records, through the whole worker.
@Suite struct RecordTests {
    private func five(_ keys: String...) -> [String] {
        keys.flatMap { key in [8, 16, 32, 48, 64].map { "pixelated-\($0)x\($0)-\(key)" } }.sorted()
    }

    @Test func `only the failed one of several records is repeated`() {
        let harness = WorkerHarness()
        harness.upload("a.jpg", "b.jpg", "c.jpg")
        harness.inject("GetObject s3://in/b.jpg", .accessDenied, times: 2)
        harness.start()
        #expect(harness.run(600) { harness.message(0).isDeleted })
        #expect(harness.message(0).receiveCount == 3)
        #expect(harness.outputs == five("a.jpg", "b.jpg", "c.jpg"))
        // One HEAD of an output before the download, and one of the source after the uploads.
        for key in ["a.jpg", "c.jpg"] {
            #expect(harness.calls("GetObject s3://in/\(key)") == 1)
            #expect(harness.calls("HeadObject", key) == 2, "no second inspection")
        }
        #expect(harness.calls("GetObject s3://in/b.jpg") == 3)
    }

    @Test func `a failure is stored once, after all records of its message are final`() {
        let harness = WorkerHarness()
        harness.cloud.announce([harness.put("bad.jpg", isCorrupt: true), harness.put("denied.jpg")])
        harness.inject("GetObject s3://in/denied.jpg", .accessDenied, times: 2)
        harness.start()
        #expect(harness.run(300) { harness.message(0).receiveCount == 2 })
        harness.run(5)
        #expect(harness.calls("SendMessage") == 0)
        #expect(harness.run(600) { harness.message(0).isDeleted })
        #expect(harness.calls("SendMessage") == 1)
        #expect(harness.quarantined == ["m0-0"])
        #expect(harness.record("m0-0")?.key == "bad.jpg", "the cached result has its trace")
        #expect(harness.calls("GetObject s3://in/bad.jpg") == 1)
        #expect(harness.outputs == five("denied.jpg"))
    }

    @Test func `a stored failure is not stored again when the next one cannot be stored`() {
        let harness = WorkerHarness()
        harness.upload("a.jpg", "b.jpg", "c.jpg", isCorrupt: true)
        harness.inject("SendMessage m0-1", .other, times: 2)
        harness.start()
        #expect(harness.run(600) { harness.message(0).isDeleted })
        #expect(harness.message(0).receiveCount == 3)
        #expect(["m0-0", "m0-1", "m0-2"].map { harness.calls("SendMessage \($0)") } == [1, 3, 1])
        #expect(harness.calls("GetObject") == 3)
        #expect(harness.metrics.records[.quarantined] == 3)
    }

    @Test func `a message whose failure cannot be stored is held, and others go on`() {
        let harness = WorkerHarness()
        harness.upload("bad.jpg", isCorrupt: true)
        harness.inject("SendMessage", .queueMissing)
        harness.start()
        #expect(harness.run(30) { harness.worker.status.quarantineOpening?.kind == .queueMissing })
        for key in ["a.jpg", "b.jpg", "c.jpg"] { harness.upload(key) }
        #expect(harness.run(250) { harness.outputs == five("a.jpg", "b.jpg", "c.jpg") })
        #expect(harness.worker.status.opening == nil)
        harness.run(600)
        #expect(!harness.message(0).isDeleted && harness.message(0).receiveCount == 1)
        harness.clearFaults()
        #expect(harness.run(60) { harness.message(0).isDeleted })
        #expect(harness.worker.status.quarantineOpening == nil)
        #expect(harness.quarantined == ["m0-0"] && harness.message(0).receiveCount == 1)
    }

    @Test func `messages that wait for the quarantine take no place of other messages`() {
        let harness = WorkerHarness { $0.maxInFlight = 1 }
        for index in 1...12 { harness.upload("bad-\(index).jpg", isCorrupt: true) }
        harness.inject("SendMessage", .unavailable)
        harness.start()
        #expect(harness.run(50) { harness.messages.allSatisfy { $0.receiveCount > 0 } })
        #expect(harness.worker.status.inFlight <= 8)
        harness.upload("a.jpg")
        #expect(harness.run(150) { harness.outputs == five("a.jpg") })
        // Those for which there is no room become visible again after half an hour.
        harness.run(3600)
        #expect(harness.messages.allSatisfy { $0.receiveCount <= 3 })
    }

    @Test func `messages that wait for the quarantine do not prevent a trial receive`() {
        let harness = WorkerHarness()
        harness.upload("bad.jpg", isCorrupt: true)
        harness.inject("SendMessage", .unavailable)
        harness.inject("GetObject s3://in/a.jpg", .unavailable)
        harness.start()
        #expect(harness.run(30) { harness.worker.status.quarantineOpening != nil })
        harness.upload("a.jpg")
        #expect(harness.run(30) { harness.worker.status.opening != nil })
        // The poll that was outstanding at the opening has ended.
        harness.run(12)
        harness.upload("b.jpg")
        #expect(harness.run(60) { harness.outputs == five("b.jpg") })
    }

    @Test func `a probe that goes on to wait for the quarantine leaves the next probe to others`() {
        let harness = WorkerHarness { $0.maxReceives = 1 }
        harness.inject("SendMessage", .unavailable)
        harness.inject("GetObject s3://in/p.jpg", .unavailable, times: 1)
        harness.inject("GetObject s3://in/p.jpg", .other, times: 1)
        harness.inject("GetObject s3://in/q.jpg", .unavailable, times: 2)
        harness.upload("p.jpg")
        harness.start()
        #expect(harness.run(10) { harness.worker.status.opening != nil })
        harness.upload("q.jpg")
        #expect(harness.run(100) { harness.outputs == five("q.jpg") })
        #expect(harness.worker.status.quarantineOpening != nil && harness.worker.status.opening == nil)
    }

    @Test func `a message whose failure alone cannot be stored is isolated in the end`() {
        let harness = WorkerHarness()
        harness.upload("bad.jpg", isCorrupt: true)
        harness.inject("SendMessage m0-0", .unavailable)
        harness.start()
        #expect(harness.run(20) { harness.message(0).receiveCount == 1 })
        for index in 1...200 where harness.message(0).receiveCount == 1 {
            harness.upload("bad-\(index).jpg", isCorrupt: true)
            harness.run(30)
        }
        #expect(harness.message(0).receiveCount == 2)
        #expect(!harness.message(0).isDeleted)
    }

    @Test func `the shortest delay of a release is a second`() {
        let harness = WorkerHarness(random: 0) {
            $0.retrySeconds = 1
            $0.maxRetrySeconds = 1
            $0.maxReceives = 0
        }
        harness.upload("denied.jpg")
        harness.inject("GetObject", .accessDenied)
        harness.start()
        #expect(harness.run(60) { harness.metrics.released.value == 1 })
        #expect(harness.message(0).visibleAt - harness.time > .milliseconds(900))
    }

    /// The announced size decides about the reservation, never about the memory that is used.
    @Test func `an object larger than announced is downloaded with the memory for the largest`() {
        let harness = WorkerHarness()
        harness.cloud.send(FakeCloud.body(of: harness.put("a.jpg"), size: "4"))
        harness.inject("GetObject", delay: 0, times: 1)
        harness.inject("GetObject", delay: 100, times: 1)
        harness.start()
        #expect(harness.run(50) { harness.calls("GetObject") == 2 })
        #expect(harness.worker.status.bytesInFlight == 100_000, "the largest size that the engine accepts")
        #expect(harness.run(300) { harness.message(0).isDeleted })
        #expect(harness.outputs == five("a.jpg"))
    }

    @Test func `a permanent failure without a quarantine is retried with growing delays`() {
        let harness = WorkerHarness(hasQuarantine: false)
        harness.upload("bad.jpg", isCorrupt: true)
        harness.start()
        harness.run(1000)
        #expect(!harness.message(0).isDeleted)
        // The delays are 10, 20, 40 ... 640 seconds.
        #expect(harness.message(0).receiveCount == 7)
    }

    @Test func `a record that still fails at the last receive is quarantined`() {
        let harness = WorkerHarness { $0.maxReceives = 3 }
        harness.upload("denied.jpg")
        harness.inject("GetObject", .accessDenied)
        harness.start()
        #expect(harness.run(900) { harness.message(0).isDeleted })
        #expect(harness.message(0).receiveCount == 3)
        #expect(harness.quarantined == ["m0-0"])
    }

    @Test func `a job whose lease is lost writes nothing and settles nothing`() {
        let harness = WorkerHarness()
        harness.upload("a.jpg")
        harness.inject("GetObject", delay: 60, times: 1)
        harness.start()
        harness.run(5)
        harness.receiveElsewhere(0)
        harness.run(600)
        #expect(harness.calls("PutObject") == 0 && harness.outputs == [])
        #expect(!harness.message(0).isDeleted && harness.message(0).handle == "elsewhere")
        #expect(harness.metrics.records[.lost] == 1 && harness.worker.status.inFlight == 0)
        // The refused heartbeat ends the lease before its expiry.
        #expect(harness.metrics.leasesLost[.refused] == 1)
    }

    /// A lease of 30 s whose extensions fail, and five seconds left of it.
    @Test(arguments: [true, false])
    func `a job writes nothing at the end of a lease that cannot be extended`(isCorrupt: Bool) {
        let harness = WorkerHarness()
        harness.upload("a.jpg", isCorrupt: isCorrupt)
        harness.inject("GetObject", delay: isCorrupt ? 25 : 23, times: 1)
        harness.inject("ChangeMessageVisibility", .unavailable)
        harness.start()
        #expect(harness.run(35) { harness.metrics.records[.lost] == 1 })
        #expect(harness.calls("SendMessage") == 0 && harness.calls("PutObject") == 0)
        #expect(!harness.message(0).isDeleted)
    }

    @Test func `a failed delete is repeated`() {
        let harness = WorkerHarness()
        harness.upload("a.jpg")
        harness.inject("DeleteMessageBatch", .unavailable, times: 3)
        harness.start()
        #expect(harness.run(150) { harness.calls("DeleteMessageBatch") == 1 })
        #expect(harness.metrics.deleted.value == 0)
        #expect(harness.run(20) { harness.message(0).isDeleted })
        #expect(harness.message(0).receiveCount == 1)
    }

    @Test func `a message about a deleted object is deleted, or follows the configured policy`() {
        let gone = WorkerHarness()
        gone.cloud.announce([
            FakeCloud.Event(name: ObjectReference(bucket: "in", key: "gone.jpg"), version: 1)
        ])
        gone.start()
        #expect(gone.run(30) { gone.message(0).isDeleted })
        #expect(gone.metrics.records[.ignored] == 1)

        let kept = WorkerHarness { $0.policy = ["not-found": "quarantine"] }
        kept.cloud.announce([
            FakeCloud.Event(name: ObjectReference(bucket: "in", key: "gone.jpg"), version: 1)
        ])
        kept.start()
        #expect(kept.run(30) { kept.message(0).isDeleted })
        #expect(kept.metrics.records[.quarantined] == 1)
    }

    @Test(arguments: [
        ("own-output", "out", "pixelated-8x8-a.jpg", "ObjectCreated:Put"),
        ("own-output", "out", "deep/pixelated-48x48-a.jpg", "ObjectCreated:Copy"),
        ("own-output", "out", "pixelated-7x7-of-other-sizes.jpg", "ObjectCreated:Put"),
        ("removed", "in", "a.jpg", "ObjectRemoved:Delete"),
        ("removed", "in", "a.jpg", "ObjectRemoved:DeleteMarkerCreated"),
        ("foreign-event", "in", "a.jpg", "ObjectTagging:Put"),
        ("foreign-event", "in", "a.jpg", "s3:ObjectAcl:Put"),
    ])
    func `a record that needs no work is skipped without a call to S3`(
        why: String, bucket: String, key: String, event: String
    ) throws {
        let harness = WorkerHarness()
        harness.cloud.send(
            """
            {"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"\(event)",
            "s3":{"bucket":{"name":"\(bucket)"},"object":{"key":"\(key)","size":1,"eTag":"e"}}}]}
            """)
        harness.start()
        #expect(harness.run(30) { harness.message(0).isDeleted })
        let skip = try #require(Outcome.Skip(rawValue: why))
        #expect(harness.metrics.recordsSkipped[skip] == 1)
        #expect(harness.calls("Object s3://") == 0)
    }

    /// A message about an unknown event may be about a new object.
    @Test(arguments: ["SomethingNew:Of2030", "Created"])
    func `a record of an unknown event is quarantined, and the others of its message are processed`(
        name: String
    ) {
        let harness = WorkerHarness()
        let records = ["a.jpg", "b.jpg"].map { FakeCloud.record(harness.put($0)) }
        let unknown = records[0].replacing("ObjectCreated:Put", with: name)
        harness.cloud.send("{\"Records\":[\(unknown),\(records[1])]}")
        harness.start()
        #expect(harness.run(200) { harness.message(0).isDeleted })
        #expect(harness.outputs == five("b.jpg"))
        #expect(harness.quarantined == ["m0-0"])
        #expect(harness.record("m0-0")?.errorCode == "unknown-event")
    }

    /// The sizes are those of an event; nil stands for none.
    @Test(arguments: ["0", #""0""#, nil, #""many""#])
    func `an empty object whose key ends with a slash is skipped as a folder`(size: String?) {
        let harness = WorkerHarness()
        let event = harness.put("folder/", isEmpty: true)
        harness.cloud.send(FakeCloud.body(of: event, size: size))
        harness.start()
        #expect(harness.run(60) { harness.message(0).isDeleted })
        #expect(harness.metrics.recordsSkipped[.folder] == 1 && harness.quarantined.isEmpty)
    }

    @Test(arguments: ["5", #""5""#, nil, "-1"])
    func `a picture whose key ends with a slash is pixelated`(size: String?) {
        let harness = WorkerHarness()
        harness.cloud.send(FakeCloud.body(of: harness.put("picture/"), size: size))
        harness.start()
        #expect(harness.run(200) { harness.message(0).isDeleted })
        #expect(harness.outputs == FakeCloud.sizes.map { "picture/pixelated-\($0)x\($0)-" }.sorted())
    }

    /// The engine accepts 100 kB, and the size that the store reports decides.
    @Test(arguments: ["100001", "9223372036854775807"])
    func `a picture whose event announces too many bytes is pixelated`(size: String) {
        let harness = WorkerHarness()
        harness.cloud.send(FakeCloud.body(of: harness.put("a.jpg"), size: size))
        harness.start()
        #expect(harness.run(200) { harness.message(0).isDeleted })
        #expect(harness.outputs == five("a.jpg"))
    }

    @Test func `an object that is too large is refused without a download`() {
        let harness = WorkerHarness()
        harness.cloud.send(FakeCloud.body(of: harness.put("a.jpg", size: 100_001), size: "100001"))
        harness.start()
        #expect(harness.run(200) { harness.message(0).isDeleted })
        #expect(harness.record("m0-0")?.errorCode == "too-many-bytes")
        #expect(harness.calls("GetObject") == 0)
    }

    /// A notification that also covers the outputs sends events about them.
    @Test func `outputs in the source bucket are not pixelated again`() {
        let harness = WorkerHarness { $0.output = OutputOptions(bucket: "in") }
        harness.upload("a.jpg")
        harness.start()
        #expect(harness.run(200) { harness.message(0).isDeleted })
        for size in FakeCloud.sizes {
            let name = ObjectReference(bucket: "in", key: "pixelated-\(size)x\(size)-a.jpg")
            harness.cloud.announce([FakeCloud.Event(name: name, version: 1)])
        }
        let puts = harness.calls("PutObject")
        #expect(harness.run(200) { harness.messages.allSatisfy(\.isDeleted) })
        #expect(puts == 5 && harness.calls("PutObject") == 5)
        #expect(harness.metrics.recordsSkipped[.ownOutput] == 5)
    }

    @Test func `a bucket quarantine knows its records among other objects of its prefix`() {
        let quarantine = BucketQuarantine(
            store: FakeStore(FakeConnection(cloud: WorkerHarness().cloud, process: 0, isDead: Locked(false))),
            bucket: "in",
            prefix: "q/")
        #expect(quarantine.holds(ObjectReference(bucket: "in", key: "q/m0-0.json")))
        #expect(!quarantine.holds(ObjectReference(bucket: "in", key: "q/a.jpg")))
        #expect(!quarantine.holds(ObjectReference(bucket: "in", key: "m0-0.json")))
        #expect(!quarantine.holds(ObjectReference(bucket: "other", key: "q/m0-0.json")))
    }

    /// All have the same event; `$` stands for the record, `%` for the whole notification as a JSON string.
    @Test(arguments: [
        #"{"Records":[$]}"#,
        #"{"Type":"Notification","MessageId":"1","TopicArn":"t","Message":%}"#,
        """
        {"version":"0","source":"aws.s3","detail-type":"Object Created","detail":{"bucket":{"name":"in"},
        "object":{"key":"a.jpg","size":1000,"etag":"e1","sequencer":"00"}}}
        """,
        #"{"EventName":"s3:ObjectCreated:Put","Key":"in/a.jpg","Records":[$]}"#,
        """
        {"source":"aws.s3","detail-type":"AWS API Call via CloudTrail","detail":{"eventVersion":"1.11",
        "eventSource":"s3.amazonaws.com","eventName":"PutObject",
        "requestParameters":{"bucketName":"in","key":"a.jpg"}}}
        """,
    ])
    func `every envelope leads to the same five outputs`(envelope: String) throws {
        let harness = WorkerHarness()
        let record = FakeCloud.record(harness.put("a.jpg"))
        let inner = String(decoding: try JSONEncoder().encode(#"{"Records":[\#(record)]}"#), as: UTF8.self)
        harness.cloud.send(
            envelope.replacingOccurrences(of: "$", with: record).replacingOccurrences(of: "%", with: inner))
        harness.start()
        #expect(harness.run(200) { harness.message(0).isDeleted })
        #expect(harness.outputs == five("a.jpg"))
    }

    @Test(arguments: [
        #"{"Service":"Amazon S3","Event":"s3:TestEvent","Bucket":"in"}"#,
        #"{"Type":"Notification","Message":"{\"Service\":\"Amazon S3\",\"Event\":\"s3:TestEvent\"}"}"#,
    ])
    func `test events are skipped`(body: String) {
        let harness = WorkerHarness()
        harness.cloud.send(body)
        harness.start()
        #expect(harness.run(30) { harness.message(0).isDeleted })
        #expect(harness.metrics.recordsSkipped[.testEvent] == 1)
    }

    @Test(arguments: [#"{"Records":"none"}"#, "{}", "hello", #"{"hello":"cloud"}"#, "[]"])
    func `a message of unknown shape is quarantined with its body`(body: String) {
        let harness = WorkerHarness()
        harness.cloud.send(body)
        harness.start()
        #expect(harness.run(30) { harness.message(0).isDeleted })
        #expect(harness.metrics.records[.quarantined] == 1)
        #expect(harness.quarantined == ["m0-0"])
    }
}
