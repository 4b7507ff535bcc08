// SPDX-License-Identifier: Apache-2.0

import AWS
import Metrics
import Support
import Testing
import Worker

@testable import WorkerSimulation

/// The checks of the source after the uploads.
///
/// A put may replace a newer output where a source has returned to an earlier content, because an ETag stands for a
/// content. The random schedules of the simulation have no such contents.
@Suite struct FreshnessTests {
    /// A harness after two versions of a source, each of them processed.
    private func twoVersions() -> WorkerHarness {
        let harness = WorkerHarness()
        harness.upload("a.jpg")
        harness.start()
        #expect(harness.run(150) { harness.message(0).isDeleted })
        harness.upload("a.jpg")
        #expect(harness.run(150) { harness.message(1).isDeleted })
        return harness
    }

    /// The source was A, B and A again. The process of B crashed after its uploads, which replaced those of the second
    /// A.
    @Test func `a redelivered message is not skipped by its event alone`() {
        let harness = twoVersions()
        #expect(harness.versions == [2, 2, 2, 2, 2])
        harness.put("a.jpg", contentOf: 1)
        harness.cloud.announce([FakeCloud.Event(name: .init(bucket: "in", key: "a.jpg"), version: 2)])
        harness.markReceived(2)
        #expect(harness.run(150) { harness.message(2).isDeleted })
        #expect(harness.versions == [3, 3, 3, 3, 3])
    }

    @Test func `a message received again during its inspection is not skipped by its event alone`() {
        let harness = twoVersions()
        harness.put("a.jpg", contentOf: 1)
        harness.inject("HeadObject s3://out/pixelated-8x8", delay: 20, times: 1)
        harness.cloud.announce([FakeCloud.Event(name: .init(bucket: "in", key: "a.jpg"), version: 2)])
        #expect(harness.run(30) { harness.message(2).receiveCount == 1 })
        harness.makeVisible(2)
        #expect(harness.run(150) { harness.message(2).isDeleted })
        #expect(harness.message(2).receiveCount == 2 && harness.metrics.adopted.value == 1)
        #expect(harness.versions == [3, 3, 3, 3, 3])
    }

    /// The check of the source after the uploads fails, at the last receive.
    @Test func `a message whose last check failed after its uploads is retried, whatever the policy says`() {
        let harness = WorkerHarness { $0.maxReceives = 1 }
        harness.upload("a.jpg")
        harness.inject("HeadObject s3://in/a.jpg", .other, times: 1)
        harness.start()
        #expect(harness.run(200) { harness.message(0).isDeleted })
        #expect(harness.message(0).receiveCount == 2 && harness.quarantined == [])
        #expect(harness.calls("HeadObject s3://in/a.jpg") == 2)
    }

    @Test func `finished work that is redelivered costs HEAD requests and no download`() {
        let harness = WorkerHarness()
        harness.upload("a.jpg")
        harness.start()
        #expect(harness.run(150) { harness.message(0).isDeleted })
        harness.cloud.announce([FakeCloud.Event(name: .init(bucket: "in", key: "a.jpg"), version: 1)])
        harness.markReceived(1)
        #expect(harness.run(150) { harness.message(1).isDeleted })
        #expect(harness.calls("GetObject") == 1 && harness.calls("PutObject") == 5)
        #expect(harness.metrics.recordsSkipped[.finished] == 1)
    }

    /// Another process gets the lease during the uploads, and the source is overwritten.
    @Test(arguments: [true, false])
    func `an attempt that has uploaded repairs newer outputs, with or without the lease`(isConditional: Bool)
    {
        let harness = WorkerHarness { $0.output.conditionalWrites = isConditional }
        harness.upload("a.jpg")
        harness.inject("PutObject", delay: 60, times: 5)
        harness.start()
        #expect(harness.run(150) { harness.calls("PutObject") == 5 })
        harness.receiveElsewhere(0)
        harness.put("a.jpg")
        #expect(harness.run(300) { harness.worker.status.inFlight == 0 })
        #expect(harness.metrics.leasesLost[.refused] == 1)
        #expect(harness.versions == [2, 2, 2, 2, 2])
        #expect(!harness.message(0).isDeleted)
    }
}
