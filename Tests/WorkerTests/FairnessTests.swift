// SPDX-License-Identifier: Apache-2.0

import Metrics
import Support
import Testing
import Worker

/// The memory budget as jobs share it.
@Suite struct FairnessTests {
    @Test func `uploads that hang hold no memory for the source`() {
        let harness = WorkerHarness { $0.maxInFlight = 4 }
        harness.cloud.workingSets.withLock { $0 = [9_000_000] }
        harness.inject("PutObject s3://out/pixelated-8x8-a.jpg", delay: 500, times: 1)
        harness.upload("a.jpg")
        harness.start()
        #expect(harness.run(150) { harness.calls("PutObject") == 5 })
        #expect(harness.worker.status.bytesInFlight == 9_000_000, "the working set alone")
    }

    @Test func `small pictures overtake a large one that waits for memory`() {
        let harness = WorkerHarness { $0.maxInFlight = 4 }
        // The limit for working sets is 10.7 MB.
        harness.cloud.workingSets.withLock { $0 = [9_000_000, 9_000_000, 1000] }
        harness.inject("PutObject s3://out/pixelated-8x8-a.jpg", delay: 500, times: 1)
        harness.upload("a.jpg")
        harness.start()
        #expect(harness.run(150) { harness.calls("PutObject") == 5 })
        harness.upload("b.jpg")
        #expect(harness.run(20) { harness.calls("GetObject s3://in/b.jpg") == 1 })
        harness.run(12)
        harness.upload("c.jpg")
        #expect(harness.run(150) { harness.message(2).isDeleted })
        #expect(harness.calls("PutObject", "b.jpg") == 0, "its working set waits for memory")
        #expect(!harness.message(1).isDeleted && !harness.message(0).isDeleted)
    }
}
