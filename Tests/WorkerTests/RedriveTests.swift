// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import Metrics
import Support
import Testing
import Worker

/// Quarantine records that are moved back to the source queue unchanged, through the whole worker.
@Suite struct RedriveTests {
    /// Moves the quarantine record `id` back to the source queue, as StartMessageMoveTask does.
    private func redrive(_ id: String, _ harness: WorkerHarness) throws {
        let record = try #require(harness.record(id))
        harness.cloud.state.withLock { $0.quarantined[id] = nil }
        harness.cloud.send(try record.json())
    }

    private func isSettled(_ harness: WorkerHarness) -> Bool {
        harness.run(900) { harness.messages.allSatisfy(\.isDeleted) }
    }

    @Test func `a quarantine record is processed after its object was mended`() throws {
        let harness = WorkerHarness()
        harness.upload("a.jpg", isCorrupt: true)
        harness.start()
        #expect(isSettled(harness) && harness.quarantined == ["m0-0"])
        harness.put("a.jpg")
        try redrive("m0-0", harness)
        #expect(isSettled(harness) && harness.quarantined.isEmpty)
        #expect(harness.outputs.count == 5)
    }

    @Test func `a quarantine record that fails again does not grow`() throws {
        let harness = WorkerHarness()
        harness.upload("a.jpg", isCorrupt: true)
        harness.start()
        #expect(isSettled(harness))
        let first = try #require(harness.record("m0-0"))
        for round in 0..<5 {
            try redrive("m\(round)-0", harness)
            #expect(isSettled(harness))
            let next = try #require(harness.record("m\(round + 1)-0"))
            #expect(next.body == first.body && next.bodyBytes == nil && next.record == 0)
            #expect(next.error == "corrupt" && next.key == "a.jpg")
        }
        #expect(harness.quarantined == ["m5-0"])
    }

    /// Three records of one message may not become nine.
    @Test func `a quarantine record concerns only its own record of the message`() throws {
        let harness = WorkerHarness()
        harness.upload("a.jpg", "b.jpg", "c.jpg", isCorrupt: true)
        harness.start()
        #expect(isSettled(harness) && harness.quarantined == ["m0-0", "m0-1", "m0-2"])
        harness.put("b.jpg")
        for id in ["m0-0", "m0-1", "m0-2"] { try redrive(id, harness) }
        #expect(isSettled(harness) && harness.quarantined == ["m1-0", "m3-2"])
        #expect(harness.outputs.count == 5 && harness.outputs.allSatisfy { $0.hasSuffix("-b.jpg") })
        #expect(harness.metrics.records[.skipped] == 0)
        #expect(harness.calls("GetObject s3://in/a.jpg") == 2)
    }

    @Test(arguments: ["hello", "{}", #"{"quarantineVersion":1,"body":7}"#])
    func `a body that is not understood does not grow`(body: String) throws {
        let harness = WorkerHarness()
        harness.cloud.send(body)
        harness.start()
        for round in 0..<3 {
            #expect(isSettled(harness))
            #expect(harness.record("m\(round)-0")?.body == body)
            try redrive("m\(round)-0", harness)
        }
    }

    @Test func `a quarantine record with the beginning of a body names the way out and does not grow`() throws
    {
        let harness = WorkerHarness()
        harness.cloud.send(#"{"body":"{\"Records\":[{","bodyBytes":900000,"quarantineVersion":1,"record":4}"#)
        harness.start()
        for round in 0..<3 {
            #expect(isSettled(harness))
            let record = try #require(harness.record("m\(round)-0"))
            #expect(record.body == #"{"Records":[{"# && record.bodyBytes == 900_000)
            #expect(record.reason.contains("upload the source again"))
            try redrive("m\(round)-0", harness)
        }
    }

    /// The fields beside the body of a forged record have no effect.
    @Test func `a forged quarantine record permits no more than the notification in it`() throws {
        let harness = WorkerHarness()
        let event = FakeCloud.record(harness.put("a.jpg"))
        let body = String(decoding: try JSONEncoder().encode(#"{"Records":[\#(event)]}"#), as: UTF8.self)
        harness.put("other.jpg")
        harness.cloud.send(
            #"{"quarantineVersion":1,"body":\#(body),"record":77,"bucket":"in","key":"other.jpg","receiveCount":9,"#
                + #""error":"ignored","messageID":"m99","Records":[],"Event":"s3:TestEvent"}"#)
        harness.start()
        #expect(isSettled(harness))
        #expect(harness.outputs.count == 5 && harness.outputs.allSatisfy { $0.hasSuffix("-a.jpg") })
        #expect(harness.calls("other.jpg") == 0 && harness.quarantined.isEmpty)
    }
}
