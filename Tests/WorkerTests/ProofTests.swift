// SPDX-License-Identifier: Apache-2.0

import AWS
import Metrics
import Support
import Testing
import Worker

@testable import WorkerSimulation

/// The proofs that downloaded bytes are those of the source, through the whole worker: a healthy picture is never
/// quarantined because of a damaged download.
@Suite struct ProofTests {
    private static let outputs = [8, 16, 32, 48, 64].map { "pixelated-\($0)x\($0)-a.jpg" }.sorted()
    /// A page of a server in front of the store. Its first byte is not that of a picture of the simulation.
    private static let page = Array("<!doctype html>".utf8)

    /// A change of a healthy download on its way to the worker.
    struct Damage: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var change: @Sendable (inout S3Object) -> Void
    }

    static let damages: [Damage] = [
        Damage(testDescription: "page with an ETag and a length of its own") {
            $0 = S3Object(
                head: ObjectHead(eTag: "\"5f3c-264\"", size: page.count), bytes: page, isVerified: false)
        },
        Damage(testDescription: "page with the ETag of the source") {
            $0 = S3Object(
                head: ObjectHead(eTag: $0.head.eTag, size: page.count), bytes: page, isVerified: false)
        },
        Damage(testDescription: "empty body") {
            $0 = S3Object(head: ObjectHead(eTag: $0.head.eTag, size: 0), bytes: [], isVerified: false)
        },
        Damage(testDescription: "body cut without a length") {
            $0 = S3Object(
                head: ObjectHead(eTag: $0.head.eTag), bytes: Array($0.bytes.prefix(500)), isVerified: false)
        },
        Damage(testDescription: "body longer than announced") {
            $0 = S3Object(
                head: ObjectHead(eTag: $0.head.eTag), bytes: $0.bytes + [0], isVerified: false)
        },
        Damage(testDescription: "another picture, which is proven to be itself") {
            $0 = S3Object(
                head: ObjectHead(eTag: "e99", size: 1000), bytes: [1] + $0.bytes.dropFirst(), isVerified: true
            )
        },
        Damage(testDescription: "other bytes of the same length, which the MD5 does not fit") {
            $0.bytes[0] = 9
            $0.isVerified = false
            $0.isDoubtful = true
        },
        Damage(testDescription: "the same corrupt bytes each time, which another server can have sent") {
            $0 = S3Object(
                head: $0.head, bytes: [1] + $0.bytes.dropFirst(), isVerified: false, hasKnownOrigin: false)
        },
        Damage(testDescription: "another healthy picture") {
            $0 = S3Object(head: ObjectHead(eTag: "e99", size: 1000), bytes: $0.bytes, isVerified: true)
        },
    ]

    @Test(arguments: damages)
    func `a damaged download is a failure of the store and costs no receive`(_ damage: Damage) {
        let harness = WorkerHarness { $0.maxReceives = 1 }
        harness.cloud.damages.withLock { $0 = Array(repeating: damage.change, count: 4) }
        harness.upload("a.jpg")
        harness.start()
        #expect(harness.run(40) { harness.worker.status.opening?.kind == .malformedResponse })
        #expect(harness.calls("PutObject") == 0)
        #expect(harness.run(300) { harness.message(0).isDeleted })
        #expect(harness.outputs == Self.outputs && harness.quarantined == [])
        #expect(harness.message(0).receiveCount == 1)
    }

    /// The ETag is that of a multipart upload, and there is no checksum.
    @Test func `bytes without any proof are read twice before their picture is at fault`() {
        let harness = WorkerHarness()
        harness.cloud.damages.withLock {
            $0 = [
                { object in
                    object.bytes[0] = 9
                    object.isVerified = false
                }
            ]
        }
        harness.upload("a.jpg")
        harness.start()
        #expect(harness.run(60) { harness.message(0).isDeleted })
        #expect(harness.calls("GetObject") == 2)
        #expect(harness.outputs == Self.outputs && harness.quarantined == [])
    }

    @Test(arguments: [true, false])
    func `a corrupt picture is quarantined after one proven or two equal downloads`(isVerified: Bool) {
        let harness = WorkerHarness()
        harness.cloud.damages.withLock {
            $0 = Array(repeating: { $0.isVerified = isVerified }, count: 9)
        }
        harness.upload("a.jpg", isCorrupt: true)
        harness.start()
        #expect(harness.run(60) { harness.message(0).isDeleted })
        #expect(harness.record("m0-0")?.error == "corrupt")
        #expect(harness.calls("GetObject") == (isVerified ? 1 : 2))
        #expect(harness.calls("GetObject", "(new connection)") == (isVerified ? 0 : 1))
        #expect(harness.message(0).receiveCount == 1)
    }

    @Test(arguments: [true, false])
    func `a picture that can be damaged or another one is downloaded again before its outputs are made`(
        isDoubtful: Bool
    ) {
        let harness = WorkerHarness()
        harness.cloud.damages.withLock {
            $0 = [
                { object in
                    object.bytes[500] = 9
                    object.isVerified = false
                    object.isDoubtful = isDoubtful
                    object.hasKnownOrigin = isDoubtful
                }
            ]
        }
        harness.upload("a.jpg")
        harness.start()
        #expect(harness.run(60) { harness.message(0).isDeleted })
        #expect(harness.outputs == Self.outputs && harness.calls("GetObject") == 2)
        #expect(harness.message(0).receiveCount == 1 && harness.quarantined == [])
    }

    /// The ETags of the store look like MD5s and are none.
    @Test func `two equal downloads show that the MD5 is none`() {
        let harness = WorkerHarness()
        let change: @Sendable (inout S3Object) -> Void = {
            $0.isVerified = false
            $0.isDoubtful = true
        }
        harness.cloud.damages.withLock { $0 = [change, change] }
        harness.upload("a.jpg")
        harness.start()
        #expect(harness.run(60) { harness.message(0).isDeleted })
        #expect(harness.outputs == Self.outputs && harness.calls("GetObject") == 2)
    }

    @Test func `two different downloads without any proof are no fault of the picture`() {
        let harness = WorkerHarness()
        harness.cloud.damages.withLock {
            $0 = [UInt8(9), 10, 11].map { mark in
                { object in
                    object.bytes[0] = mark
                    object.isVerified = false
                }
            }
        }
        harness.upload("a.jpg")
        harness.start()
        #expect(harness.run(60) { harness.message(0).isDeleted })
        #expect(harness.outputs == Self.outputs && harness.quarantined == [])
    }

    /// The event is older than the source, which has been replaced by a corrupt one.
    @Test func `a source that was replaced after its event is judged by its own bytes`() {
        let harness = WorkerHarness()
        let event = harness.put("a.jpg")
        harness.put("a.jpg", isCorrupt: true)
        harness.cloud.announce([event])
        harness.start()
        #expect(harness.run(60) { harness.message(0).isDeleted })
        #expect(harness.record("m0-0")?.error == "corrupt" && harness.message(0).receiveCount == 1)
    }

    @Test func `a source that is replaced during the check of its download is read again`() {
        let harness = WorkerHarness()
        let event = harness.put("a.jpg")
        harness.put("a.jpg", isCorrupt: true)
        harness.cloud.announce([event])
        harness.inject("HeadObject s3://in/a.jpg", delay: 10, times: 1)
        harness.start()
        #expect(harness.run(5) { harness.calls("HeadObject s3://in/a.jpg") == 1 })
        harness.put("a.jpg")
        #expect(harness.run(60) { harness.message(0).isDeleted })
        #expect(harness.versions == [3, 3, 3, 3, 3])
    }

    // MARK: Sizes

    private func announce(_ harness: WorkerHarness, size: String) {
        let record = FakeCloud.record(harness.put("a.jpg")).replacing(#""size":1000"#, with: size)
        harness.cloud.send(#"{"Records":[\#(record)]}"#)
    }

    @Test(arguments: [#""size":200000"#, #""size":999"#, #""size":1001"#])
    func `a size in the event that the store contradicts is no reason to refuse`(size: String) {
        let harness = WorkerHarness()
        announce(harness, size: size)
        harness.start()
        #expect(harness.run(60) { harness.message(0).isDeleted })
        #expect(harness.outputs == Self.outputs && harness.quarantined == [])
    }

    @Test func `a body above the limit that the store contradicts is a failure of the store`() {
        let harness = WorkerHarness { $0.maxReceives = 1 }
        announce(harness, size: #""x":0"#)
        harness.inject("GetObject", .tooLarge, times: 2)
        harness.start()
        #expect(harness.run(40) { harness.worker.status.opening?.kind == .malformedResponse })
        #expect(harness.run(60) { harness.message(0).isDeleted })
        #expect(harness.outputs == Self.outputs && harness.quarantined == [])
    }

    @Test func `an empty download of a key that ends with a slash is no proof of a folder`() {
        let harness = WorkerHarness()
        harness.cloud.send(FakeCloud.body(of: harness.put("picture/"), size: nil))
        harness.cloud.damages.withLock {
            $0 = [
                { $0 = S3Object(head: ObjectHead(eTag: $0.head.eTag, size: 0), bytes: [], isVerified: false) }
            ]
        }
        harness.start()
        #expect(harness.run(60) { harness.message(0).isDeleted })
        #expect(harness.outputs.count == 5 && harness.metrics.recordsSkipped[.folder] == 0)
    }

    // MARK: Absent sources

    /// The store shows a new object two seconds after its event.
    @Test func `a source that becomes visible after its event is found without another receive`() {
        let harness = WorkerHarness()
        let event = FakeCloud.Event(name: ObjectReference(bucket: "in", key: "a.jpg"), version: 1)
        harness.cloud.announce([event])
        harness.start()
        #expect(harness.run(2) { harness.calls("GetObject") == 1 })
        harness.run(1)
        harness.put("a.jpg")
        #expect(harness.run(60) { harness.message(0).isDeleted })
        #expect(harness.outputs == Self.outputs && harness.message(0).receiveCount == 1)
        #expect(harness.metrics.records[.ignored] == 0)
    }

    /// A server in front of the store answers downloads with 404.
    @Test func `an absent source that HeadObject finds is a failure of the store`() {
        let harness = WorkerHarness()
        let absent = FakeCloud.ScriptedFault(call: "GetObject", error: .notFound, times: 4)
        harness.cloud.scriptedFaults.withLock { $0 = [absent] }
        harness.upload("a.jpg")
        harness.start()
        #expect(harness.run(300) { harness.message(0).isDeleted })
        #expect(harness.outputs == Self.outputs && harness.message(0).receiveCount == 1)
        #expect(harness.metrics.records[.ignored] == 0)
    }

    @Test func `an absent source is looked at twice, and once when its message is old`() {
        for (age, calls) in [(0.0, 2), (3600.0, 1)] {
            let harness = WorkerHarness()
            let event = FakeCloud.Event(name: ObjectReference(bucket: "in", key: "a.jpg"), version: 1)
            harness.cloud.announce([event])
            harness.cloud.state.withLock { $0.messages[0].sentAt = SystemTime.now - age }
            harness.start()
            #expect(harness.run(30) { harness.message(0).isDeleted })
            #expect(harness.calls("GetObject") == calls)
            #expect(harness.metrics.records[.ignored] == 1)
        }
    }
}
