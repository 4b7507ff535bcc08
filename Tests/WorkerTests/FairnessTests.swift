// SPDX-License-Identifier: Apache-2.0

import Metrics
import Support
import Testing
import Worker

@testable import WorkerSimulation

/// The memory budget as jobs share it.
@Suite struct FairnessTests {
    @Test func `uploads that hang hold the memory of their outputs alone`() {
        let harness = WorkerHarness { $0.maxInFlight = 4 }
        // The limit for working sets is 13.4 MB, which is too little for both.
        harness.cloud.workingSets.withLock { $0 = [9_000_000, 9_000_000] }
        harness.inject("PutObject s3://out/pixelated-8x8-a.jpg", delay: 500, times: 1)
        harness.upload("a.jpg")
        harness.start()
        #expect(harness.run(150) { harness.calls("PutObject") == 5 })
        let outputs = harness.worker.status.bytesInFlight
        #expect(outputs > 0 && outputs < 10_000, "\(outputs)")
        harness.upload("b.jpg")
        #expect(harness.run(150) { harness.message(1).isDeleted })
        #expect(!harness.message(0).isDeleted)
    }

    @Test func `small pictures overtake a large one that waits for memory`() {
        let harness = WorkerHarness { $0.maxInFlight = 4 }
        // The limit for working sets is 13.4 MB.
        harness.cloud.workingSets.withLock { $0 = [9_000_000, 9_000_000, 1000] }
        harness.inject("Pixelate", delay: 500, times: 1)
        harness.upload("a.jpg")
        harness.start()
        #expect(harness.run(150) { harness.calls("Pixelate") == 1 })
        harness.upload("b.jpg")
        #expect(harness.run(20) { harness.calls("GetObject s3://in/b.jpg") == 1 })
        harness.run(12)
        harness.upload("c.jpg")
        #expect(harness.run(150) { harness.message(2).isDeleted })
        #expect(harness.calls("PutObject", "b.jpg") == 0, "its working set waits for memory")
        #expect(!harness.message(1).isDeleted && !harness.message(0).isDeleted)
    }

    @Test func `a source whose event announces no size holds the memory of its bytes alone`() {
        let harness = WorkerHarness()
        harness.cloud.workingSets.withLock { $0 = [1] }
        harness.inject("Pixelate", delay: 500, times: 1)
        let event = harness.put("a.jpg")
        harness.cloud.send(FakeCloud.body(of: event, size: nil), [event])
        harness.start()
        #expect(harness.run(150) { harness.calls("Pixelate") == 1 })
        let bytes = harness.worker.status.bytesInFlight
        #expect(bytes >= FakeCloud.sourceSize && bytes < 10_000, "\(bytes)")
    }
}
