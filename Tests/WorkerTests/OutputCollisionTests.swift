// SPDX-License-Identifier: Apache-2.0

import AWS
import Metrics
import Support
import Testing
import Worker

@testable import WorkerSimulation

/// Two source buckets that contain the same key and have one queue and one output bucket.
@Suite struct OutputCollisionTests {
    private func sources(of harness: WorkerHarness) -> Set<String?> {
        harness.cloud.state.withLock { state in
            Set(
                state.objects.filter { $0.key.bucket == "out" }.map {
                    $0.value.metadata["pixelated-source"]
                })
        }
    }

    /// The second source has a smaller sequencer than the first one, or the same content.
    @Test(arguments: [false, true])
    func `a source whose outputs belong to another bucket is quarantined with the way out`(isEqual: Bool)
        throws
    {
        let harness = WorkerHarness()
        let second = harness.put("a.jpg", in: "second")
        harness.upload("a.jpg", to: "first")
        if isEqual { harness.put("a.jpg", in: "second", contentOf: second.version + 1) }
        harness.start()
        #expect(harness.run(100) { harness.message(0).isDeleted })
        harness.cloud.announce([second])
        #expect(harness.run(100) { harness.message(1).isDeleted })
        let record = try #require(harness.record("m1-0"))
        #expect(record.error == "output-collision" && record.bucket == "second")
        #expect(record.reason.contains("output.prefix") && record.reason.contains("first/a.jpg"))
        #expect(harness.versions == Array(repeating: second.version + 1, count: 5))
        #expect(sources(of: harness) == ["first/a.jpg"] && harness.quarantined == ["m1-0"])
    }

    @Test func `a source in a bucket that is not allowed is quarantined without a request`() throws {
        let harness = WorkerHarness { $0.filter.buckets = ["first"] }
        for bucket in ["first", "second"] { harness.upload("a.jpg", to: bucket) }
        harness.start()
        #expect(harness.run(100) { harness.message(0).isDeleted && harness.message(1).isDeleted })
        #expect(harness.record("m1-0")?.error == "bucket-not-allowed" && harness.quarantined == ["m1-0"])
        #expect(harness.calls("s3://second") == 0 && sources(of: harness) == ["first/a.jpg"])
    }

    @Test func `the placeholder in the prefix gives each source bucket outputs of its own`() {
        let harness = WorkerHarness { $0.output.prefix = "{bucket}/" }
        for bucket in ["first", "second"] { harness.upload("a.jpg", to: bucket) }
        harness.start()
        #expect(harness.run(100) { harness.message(0).isDeleted && harness.message(1).isDeleted })
        #expect(harness.outputs.count == 10 && harness.quarantined.isEmpty)
        #expect(harness.outputs.filter { $0.hasPrefix("second/") }.count == 5)
    }

    /// The puts of both sources overlap in every order, so that each can be the first at some of the outputs.
    @Test(arguments: 0..<8, [true, false])
    func `two sources that arrive together leave the outputs of one of them only`(
        order: Int, isConditional: Bool
    ) {
        let harness = WorkerHarness {
            $0.maxReceives = 3
            $0.output.conditionalWrites = isConditional
        }
        for (index, size) in ["8x8", "16x16", "32x32", "48x48", "64x64"].enumerated() {
            harness.inject("PutObject s3://out/pixelated-\(size)", delay: (order * (index + 3)) % 7, times: 1)
        }
        // The first message is received alone.
        harness.cloud.send(#"{"Service":"Amazon S3","Event":"s3:TestEvent"}"#)
        harness.start()
        #expect(harness.run(60) { harness.message(0).isDeleted })
        for bucket in ["first", "second"] { harness.upload("a.jpg", to: bucket) }
        #expect(harness.run(600) { harness.message(1).isDeleted && harness.message(2).isDeleted })
        let (done, failed) = (Int(harness.metrics.records[.done]), harness.quarantined.count)
        // Without conditions, both are done when an upload of one arrives after the check of the other.
        #expect(isConditional ? (done, failed) == (1, 1) : done >= 1 && done + failed == 2)
        #expect(sources(of: harness).count == 1 && harness.outputs.count == 5)
    }

    @Test func `the outputs of another source are replaced after the first of them was deleted`() {
        let harness = WorkerHarness()
        harness.upload("a.jpg", to: "first")
        harness.start()
        #expect(harness.run(100) { harness.message(0).isDeleted })
        harness.cloud.delete(ObjectReference(bucket: "out", key: "pixelated-8x8-a.jpg"))
        harness.upload("a.jpg", to: "second")
        #expect(harness.run(100) { harness.message(1).isDeleted })
        #expect(sources(of: harness) == ["second/a.jpg"] && harness.quarantined.isEmpty)
    }

    @Test func `outputs without the name of a source are replaced`() {
        let harness = WorkerHarness()
        harness.cloud.state.withLock { state in
            for size in [8, 16, 32, 48, 64] {
                let name = ObjectReference(bucket: "out", key: "pixelated-\(size)x\(size)-a.jpg")
                state.objects[name] = FakeCloud.Object(eTag: "seed\(size)", version: 0)
            }
        }
        harness.upload("a.jpg")
        harness.start()
        #expect(harness.run(100) { harness.message(0).isDeleted })
        #expect(sources(of: harness) == ["in/a.jpg"])
    }
}
