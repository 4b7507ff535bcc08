// SPDX-License-Identifier: Apache-2.0

import AWS
import Metrics
import Testing
import Worker

@testable import WorkerSimulation

/// The failures of decoder processes, through the whole worker.
@Suite struct DecoderFailureTests {
    /// No process can be started for a minute: the machine is at fault, not the picture.
    @Test func `pictures are held while no decoder can be started, and cost no receive`() {
        let harness = WorkerHarness { $0.maxReceives = 1 }
        harness.inject("Pixelate", .decoderUnavailable, times: 6)
        for index in 0..<3 { harness.upload("\(index).jpg") }
        harness.start()
        #expect(harness.run(10) { harness.worker.status.opening?.kind == .decoderUnavailable })
        #expect(harness.run(300) { (0..<3).allSatisfy { harness.message($0).isDeleted } })
        #expect(harness.outputs.count == 15 && harness.quarantined == [])
        #expect((0..<3).allSatisfy { harness.message($0).receiveCount == 1 })
        #expect(harness.worker.status.opening == nil)
    }

    @Test func `a success of the store does not explain that no decoder can be started`() {
        let harness = WorkerHarness { $0.maxReceives = 1 }
        harness.inject("Pixelate", .decoderUnavailable)
        harness.upload("a.jpg")
        harness.start()
        #expect(harness.run(10) { harness.worker.status.opening?.kind == .decoderUnavailable })
        for index in 0..<20 { harness.upload("\(index).jpg") }
        harness.run(300)
        #expect(harness.worker.status.opening?.kind == .decoderUnavailable)
        #expect(harness.quarantined == [] && harness.outputs == [])
    }

    @Test(arguments: [
        WorkerError.Kind.decoderCrashed, .decoderOutOfMemory, .decoderGarbage,
    ])
    func `a picture at which decoders die is quarantined, and others are done`(kind: WorkerError.Kind) throws
    {
        let harness = WorkerHarness()
        harness.inject("Pixelate", kind, times: 1)
        harness.upload("a.jpg")
        harness.start()
        #expect(harness.run(60) { harness.message(0).isDeleted })
        harness.upload("b.jpg")
        #expect(harness.run(60) { harness.message(1).isDeleted })
        #expect(harness.quarantined == ["m0-0"] && harness.outputs.count == 5)
        #expect(try #require(harness.record("m0-0")).error == kind.rawValue)
        #expect(harness.worker.status.opening == nil)
    }

    /// A crash is an outcome of a decoder that was started.
    @Test(arguments: [
        WorkerError.Kind.decoderCrashed, .decoderOutOfMemory, .decoderGarbage, .tooSlow, .corrupt,
    ])
    func `a picture at which decoders fail shows that they can be started, and closes the breaker`(
        kind: WorkerError.Kind
    ) throws {
        let harness = WorkerHarness { $0.maxReceives = 1 }
        harness.inject("Pixelate", .decoderUnavailable, times: 1)
        harness.inject("Pixelate", kind, times: 1)
        harness.upload("a.jpg")
        harness.start()
        #expect(harness.run(10) { harness.worker.status.opening?.kind == .decoderUnavailable })
        #expect(harness.run(60) { harness.message(0).isDeleted })
        #expect(harness.worker.status.opening == nil)
        #expect(harness.quarantined == ["m0-0"] && harness.outputs.isEmpty)
        #expect(try #require(harness.record("m0-0")).error == kind.rawValue)
        harness.upload("b.jpg")
        #expect(harness.run(60) { harness.message(1).isDeleted })
        #expect(harness.outputs.count == 5)
    }
}
