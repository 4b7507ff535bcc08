// SPDX-License-Identifier: Apache-2.0

import AWS
import S3Events
import Support
import Testing

@testable import Worker

@Suite struct OutputStampTests {
    @Test func `the largest stamp fits beside the most metadata that may be configured`() {
        let stamp = OutputStamp(
            source: ObjectHead(
                eTag: String(repeating: "e", count: 128),
                versionID: String(repeating: "v", count: 1024)),
            event: ObjectEvent(
                bucket: "in", key: "a.jpg", sequencer: Sequencer(String(repeating: "F", count: 128))),
            outputFormat: String(repeating: "r", count: 57))
        let size = stamp.metadata.reduce(0) { $0 + $1.key.utf8.count + $1.value.utf8.count }
        #expect(stamp.metadata.count == 4)
        var options = PutOptions()
        options.metadata = ["a": String(repeating: "x", count: 2048 - size - 1)]
        #expect(options.problems().isEmpty)
        options.metadata["a"]?.append("x")
        #expect(options.problems().map(\.field) == ["metadata"])
    }
}
