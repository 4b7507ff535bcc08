// SPDX-License-Identifier: Apache-2.0

import AWS
import S3Events
import Support
import Testing

@testable import Worker

@Suite struct OutputStampTests {
    private func event(
        _ bucket: String = "in", _ key: String = "a.jpg", eTag: String? = nil, sequencer: String = "02"
    ) -> ObjectEvent {
        ObjectEvent(bucket: bucket, key: key, eTag: eTag, sequencer: Sequencer(sequencer))
    }

    private func stamp(_ event: ObjectEvent, versionID: String? = nil) -> OutputStamp {
        OutputStamp(
            source: ObjectHead(eTag: event.eTag ?? "e", versionID: versionID), event: event, outputFormat: "f"
        )
    }

    @Test func `the largest stamp fits beside the most metadata that may be configured`() {
        let stamp = OutputStamp(
            source: ObjectHead(
                eTag: String(repeating: "e", count: 128), versionID: String(repeating: "v", count: 512)),
            event: event(
                "in", String(repeating: "k", count: 493), sequencer: String(repeating: "F", count: 128)),
            outputFormat: String(repeating: "r", count: 57))
        #expect(stamp.source.utf8.count == 496 && stamp.versionID?.utf8.count == 512)
        let size = stamp.metadata.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        #expect(stamp.metadata.count == 5)
        var options = PutOptions()
        options.metadata = ["a": String(repeating: "x", count: 2048 - size - 1)]
        #expect(options.problems().isEmpty)
        options.metadata["a"]?.append("x")
        #expect(options.problems().map(\.field) == ["metadata"])
    }

    @Test func `a stamp survives the user-defined metadata of an object`() {
        for key in ["a.jpg", "ü/\u{1}\u{65E5} %2F+.jpg", String(repeating: "\u{65E5}", count: 341)] {
            let stamp = stamp(event("in", key, eTag: "e1"), versionID: "v1")
            #expect(OutputStamp(stamp.metadata) == stamp)
            #expect(
                stamp.source.utf8.allSatisfy { (0x21...0x7E).contains($0) } && stamp.source.utf8.count <= 496)
        }
        #expect(OutputStamp(["pixelated-source-etag": "e", "pixelated-output-format": "f"]) == nil)
        #expect(stamp(event(), versionID: String(repeating: "v", count: 513)).versionID == nil)
    }

    @Test func `the names of different sources differ, long keys and composed characters included`() {
        let long = String(repeating: "\u{65E5}", count: 340)
        let keys = ["a.jpg", "b/a.jpg", "b%2Fa.jpg", "e\u{301}", "\u{E9}", long + "a", long + "b"]
        let names = ["in", "other"].flatMap { bucket in
            keys.map { OutputStamp.sourceName(event(bucket, $0)) }
        }
        #expect(Set(names).count == 14)
    }

    @Test func `a stamp covers events of its own source only`() {
        let made = stamp(event("in", "a.jpg", eTag: "e1", sequencer: "02"))
        for bucket in ["in", "other"] {
            #expect(made.covers(event(bucket, eTag: "e1"), outputFormat: "f") == (bucket == "in"))
            let older = event(bucket, eTag: "e0", sequencer: "01")
            #expect(made.covers(older, outputFormat: "f") == (bucket == "in"))
        }
        #expect(!made.covers(event("in", "b.jpg", eTag: "e0", sequencer: "01"), outputFormat: "f"))
        #expect(!made.isEquivalent(to: stamp(event("other", eTag: "e1"))))
    }
}
