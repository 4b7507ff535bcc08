// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import Metrics
import Support
import Testing

@testable import Worker
@testable import WorkerSimulation

/// Quarantine records that are moved back to the source queue unchanged, through the whole worker.
@Suite struct RedriveTests {
    /// The form in which a quarantine record is moved back to the source queue.
    enum Form: CaseIterable {
        /// A message whose body is the record, of an older version or from a bucket.
        case body
        /// A message with the original body and the record in its attributes.
        case attributes
    }

    /// Moves the quarantine record `id` back to the source queue, as StartMessageMoveTask does.
    private func redrive(_ id: String, _ harness: WorkerHarness, as form: Form) throws {
        let record = try #require(harness.record(id))
        harness.cloud.state.withLock { $0.quarantined[id] = nil }
        switch form {
        case .body: harness.cloud.send(try record.json())
        case .attributes:
            harness.cloud.send(record.body, attributes: try QuarantineAttributes.attributes(of: record))
        }
    }

    private func isSettled(_ harness: WorkerHarness) -> Bool {
        harness.run(900) { harness.messages.allSatisfy(\.isDeleted) }
    }

    @Test(arguments: Form.allCases)
    func `a quarantine record is processed after its object was mended`(form: Form) throws {
        let harness = WorkerHarness()
        harness.upload("a.jpg", isCorrupt: true)
        harness.start()
        #expect(isSettled(harness) && harness.quarantined == ["m0-0"])
        harness.put("a.jpg")
        try redrive("m0-0", harness, as: form)
        #expect(isSettled(harness) && harness.quarantined.isEmpty)
        #expect(harness.outputs.count == 5)
    }

    @Test(arguments: Form.allCases)
    func `a quarantine record that fails again does not grow`(form: Form) throws {
        let harness = WorkerHarness()
        harness.upload("a.jpg", isCorrupt: true)
        harness.start()
        #expect(isSettled(harness))
        let first = try #require(harness.record("m0-0"))
        for round in 0..<5 {
            try redrive("m\(round)-0", harness, as: form)
            #expect(isSettled(harness))
            let next = try #require(harness.record("m\(round + 1)-0"))
            #expect(next.body == first.body && next.bodyBytes == nil && next.record == 0)
            #expect(next.error == "corrupt" && next.key == "a.jpg")
        }
        #expect(harness.quarantined == ["m5-0"])
    }

    /// Three records of one message may not become nine.
    @Test(arguments: Form.allCases)
    func `a quarantine record concerns only its own record of the message`(form: Form) throws {
        let harness = WorkerHarness()
        harness.upload("a.jpg", "b.jpg", "c.jpg", isCorrupt: true)
        harness.start()
        #expect(isSettled(harness) && harness.quarantined == ["m0-0", "m0-1", "m0-2"])
        harness.put("b.jpg")
        for id in ["m0-0", "m0-1", "m0-2"] { try redrive(id, harness, as: form) }
        #expect(isSettled(harness) && harness.quarantined == ["m1-0", "m3-2"])
        #expect(harness.outputs.count == 5 && harness.outputs.allSatisfy { $0.hasSuffix("-b.jpg") })
        #expect(harness.metrics.records[.skipped] == 0)
        #expect(harness.calls("GetObject s3://in/a.jpg") == 2)
    }

    @Test(arguments: ["hello", "{}", #"{"quarantineVersion":1,"body":7}"#], Form.allCases)
    func `a body that is not understood does not grow`(body: String, form: Form) throws {
        let harness = WorkerHarness()
        harness.cloud.send(body)
        harness.start()
        for round in 0..<3 {
            #expect(isSettled(harness))
            #expect(harness.record("m\(round)-0")?.body == body)
            try redrive("m\(round)-0", harness, as: form)
        }
    }

    @Test func `a quarantine record with the beginning of a body names the way out and does not grow`() throws
    {
        let harness = WorkerHarness()
        harness.cloud.send(
            #"{"body":"{\"Records\":[{","bodyBytes":900000,"bucket":"in","error":"corrupt","errorCode":"","host":"","#
                + #""messageID":"m","milliseconds":{"decode":0,"get":0,"put":0,"total":0,"wait":0},"reason":"","#
                + #""quarantineVersion":1,"receiveCount":1,"record":4,"version":""}"#)
        harness.start()
        for round in 0..<3 {
            #expect(isSettled(harness))
            let record = try #require(harness.record("m\(round)-4"))
            #expect(record.body == #"{"Records":[{"# && record.bodyBytes == 900_000)
            #expect(record.bucket == "in" && record.record == 4)
            #expect(record.reason.contains("upload the source again"))
            try redrive("m\(round)-4", harness, as: .body)
        }
    }

    /// Moves the quarantine record `id` back to the source queue as a queue with a small maximum message size has it.
    private func redriveCut(_ id: String, _ harness: WorkerHarness) throws {
        let record = try #require(harness.record(id)).shortened()
        #expect(record.body == "" && record.bodyBytes ?? 0 > 0 && record.key != nil)
        harness.cloud.state.withLock { $0.quarantined[id] = nil }
        harness.cloud.send(try record.json())
    }

    @Test func `a quarantine record without its body is processed by its bucket and key`() throws {
        let harness = WorkerHarness()
        harness.upload("a.jpg", "b.jpg", "c.jpg", isCorrupt: true)
        harness.start()
        #expect(isSettled(harness) && harness.quarantined == ["m0-0", "m0-1", "m0-2"])
        for id in ["m0-0", "m0-1", "m0-2"] { try redriveCut(id, harness) }
        #expect(isSettled(harness) && harness.quarantined == ["m1-0", "m2-1", "m3-2"])
        var record = try #require(harness.record("m2-1"))
        #expect(record.bucket == "in" && record.key == "b.jpg" && record.error == "corrupt")
        #expect(record.body == "" && record.bodyBytes ?? 0 > 0)
        harness.put("b.jpg")
        try redriveCut("m2-1", harness)
        #expect(isSettled(harness) && harness.quarantined == ["m1-0", "m3-2"])
        #expect(harness.outputs.count == 5 && harness.outputs.allSatisfy { $0.hasSuffix("-b.jpg") })
        record.key = "100%+%2F.jpg"
        harness.put("100%+%2F.jpg")
        harness.cloud.send(try record.json())
        #expect(isSettled(harness) && harness.outputs.count == 10)
    }

    @Test(arguments: [
        ("", "a.jpg"), ("in/x", "a.jpg"), ("in", ""), ("in", String(repeating: "k", count: 1025)),
    ])
    func `an incomplete quarantine record with an invalid name is not understood`(
        bucket: String, key: String
    ) throws {
        let harness = WorkerHarness()
        harness.upload("a.jpg", isCorrupt: true)
        harness.start()
        #expect(isSettled(harness))
        var record = try #require(harness.record("m0-0")).truncated(toBodyBytes: 0)
        (record.bucket, record.key) = (bucket, key)
        harness.cloud.send(try record.json())
        #expect(isSettled(harness))
        #expect(try #require(harness.record("m1-0")).error == "not-understood")
    }

    @Test func `the filter also applies to a quarantine record without its body`() throws {
        let harness = WorkerHarness { $0.filter.buckets = ["in"] }
        harness.upload("a.jpg", isCorrupt: true)
        harness.start()
        #expect(isSettled(harness))
        harness.put("a.jpg", in: "other")
        var record = try #require(harness.record("m0-0")).shortened()
        record.bucket = "other"
        harness.cloud.send(try record.json())
        #expect(isSettled(harness) && harness.outputs.isEmpty)
        #expect(harness.record("m1-0")?.error == "bucket-not-allowed")
        #expect(harness.calls("GetObject s3://other") == 0)
    }

    /// The fields beside the body of a forged record have no effect.
    @Test func `a forged quarantine record permits no more than the notification in it`() throws {
        let harness = WorkerHarness()
        let event = FakeCloud.record(harness.put("a.jpg"))
        let body = String(decoding: try JSONEncoder().encode(#"{"Records":[\#(event)]}"#), as: UTF8.self)
        harness.put("other.jpg")
        harness.cloud.send(
            #"{"quarantineVersion":1,"body":\#(body),"record":77,"bucket":"in","key":"other.jpg","receiveCount":9,"#
                + #""error":"ignored","errorCode":"","messageID":"m99","host":"","version":"","reason":"","#
                + #""milliseconds":{"decode":0,"get":0,"put":0,"total":0,"wait":0}}"#)
        harness.start()
        #expect(isSettled(harness))
        #expect(harness.outputs.count == 5 && harness.outputs.allSatisfy { $0.hasSuffix("-a.jpg") })
        #expect(harness.calls("other.jpg") == 0 && harness.quarantined.isEmpty)
    }

    /// The notification would be deleted unread.
    @Test func `a notification with the mark of a quarantine record is a notification`() throws {
        let harness = WorkerHarness()
        let event = FakeCloud.record(harness.put("a.jpg"))
        harness.cloud.send(
            #"{"Records":[\#(event)],"quarantineVersion":1,"body":"{\"Event\":\"s3:TestEvent\"}"}"#)
        harness.start()
        #expect(isSettled(harness) && harness.outputs.count == 5)
    }
}
