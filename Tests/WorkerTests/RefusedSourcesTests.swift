// SPDX-License-Identifier: Apache-2.0

import Testing
import Worker

@testable import WorkerSimulation

/// Tests of sources that may not be read, through the whole worker.
@Suite struct RefusedSourcesTests {
    @Test(arguments: [
        WorkerError.Kind.accessDenied, .sourceBucketMissing, .sourceEncryption,
    ])
    func `a role that lost its permission opens the breaker, and no picture is quarantined`(
        kind: WorkerError.Kind
    ) {
        let harness = WorkerHarness { $0.maxReceives = 3 }
        harness.inject("GetObject", kind)
        for index in 0..<20 { harness.upload("\(index).jpg") }
        harness.start()
        #expect(harness.run(30) { harness.worker.status.opening?.kind == kind })
        harness.run(1800)
        #expect(harness.quarantined == [] && harness.worker.status.opening?.kind == kind)
        harness.clearFaults()
        #expect(harness.run(600) { (0..<20).allSatisfy { harness.message($0).isDeleted } })
        #expect(harness.outputs.count == 100 && harness.quarantined == [])
        #expect(harness.worker.status.opening == nil)
    }

    @Test func `two objects that may not be read are their own, without any download in between`() {
        let harness = WorkerHarness { $0.maxReceives = 3 }
        harness.inject("GetObject", .accessDenied)
        for index in 0..<2 { harness.upload("\(index).jpg") }
        harness.start()
        #expect(harness.run(600) { (0..<2).allSatisfy { harness.message($0).isDeleted } })
        #expect(harness.quarantined == ["m0-0", "m1-0"] && harness.worker.status.opening == nil)
    }

    @Test func `objects that may not be read are their own while others are downloaded`() {
        let harness = WorkerHarness { $0.maxReceives = 3 }
        for index in 0..<12 {
            if index % 3 == 0 { harness.inject("GetObject s3://in/\(index).jpg", .accessDenied) }
            harness.upload("\(index).jpg")
        }
        harness.start()
        // Downloads go on while the others are tried again.
        for index in 12..<60 {
            harness.upload("\(index).jpg")
            harness.run(5)
        }
        #expect(harness.run(900) { (0..<60).allSatisfy { harness.message($0).isDeleted } })
        #expect(Set(harness.quarantined) == ["m0-0", "m3-0", "m6-0", "m9-0"])
        #expect(harness.outputs.count == 5 * 56)
    }

    @Test func `a download between two refusals ends the suspicion against the set-up`() {
        let harness = WorkerHarness { $0.maxReceives = 3 }
        harness.start()
        for index in 0..<5 {
            harness.inject("GetObject s3://in/denied\(index).jpg", .accessDenied)
            harness.upload("denied\(index).jpg")
            #expect(!harness.run(120) { harness.worker.status.opening != nil }, "\(index)")
            harness.upload("\(index).jpg")
            #expect(harness.run(60) { harness.message(2 * index + 1).isDeleted })
        }
        #expect(harness.quarantined.count == 5 && harness.outputs.count == 25)
    }

    @Test func `a policy of its own comes before the breaker`() {
        let harness = WorkerHarness { $0.policy = ["access-denied": "quarantine"] }
        harness.inject("GetObject", .accessDenied)
        for index in 0..<6 { harness.upload("\(index).jpg") }
        harness.start()
        #expect(harness.run(60) { (0..<6).allSatisfy { harness.message($0).isDeleted } })
        #expect(harness.quarantined.count == 6 && harness.worker.status.opening == nil)
    }
}
