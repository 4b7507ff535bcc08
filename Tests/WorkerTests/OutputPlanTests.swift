// SPDX-License-Identifier: Apache-2.0

import AWS
import S3Events
import Support
import Testing

@testable import Worker
@testable import WorkerSimulation

@Suite struct OutputPlanTests {
    private func keys(_ bucket: String, _ key: String, prefix: String) throws -> [String] {
        try OutputPlan(
            ObjectEvent(bucket: bucket, key: key), sizes: [8], ending: nil,
            options: OutputOptions(bucket: "out", prefix: prefix)
        ).outputs.map(\.key)
    }

    @Test func `the placeholder in the prefix becomes the bucket of the source`() throws {
        #expect(try keys("in", "p/a.jpg", prefix: "{bucket}/") == ["in/p/pixelated-8x8-a.jpg"])
        #expect(try keys("in", "a.jpg", prefix: "x/{bucket}-") == ["x/in-pixelated-8x8-a.jpg"])
        #expect(try keys("in", "{bucket}.jpg", prefix: "x/") == ["x/pixelated-8x8-{bucket}.jpg"])
    }

    @Test(arguments: [
        ("{bucket}/", "cats/pixelated-8x8-a.jpg", true), ("{bucket}/", "cats/p/pixelated-64x64-a.jpg", true),
        ("{bucket}/", "pixelated-8x8-a.jpg", false), ("{bucket}/", "ab/pixelated-8x8-a.jpg", false),
        ("x/{bucket}-", "x/cats-pixelated-8x8-a.jpg", true),
        ("x/{bucket}-", "y/cats-pixelated-8x8-a.jpg", false),
        ("x/{bucket}/", "x/cats/pixelated-8x9-a.jpg", false), ("x/", "x/pixelated-8x8-a.jpg", true),
        ("small-", "small-pixelated-8x8-a.jpg", true), ("small-", "pixelated-8x8-a.jpg", false),
        ("small-", "small-p/pixelated-8x8-a.jpg", true),
        ("\u{E9}/", "e\u{301}/pixelated-8x8-a.jpg", false),
    ])
    func `own outputs are recognised for every source bucket`(prefix: String, key: String, isOutput: Bool) {
        let options = OutputOptions(bucket: "out", prefix: prefix)
        #expect(OutputPlan.isOutput(.init(bucket: "out", key: key), options: options) == isOutput)
        #expect(!OutputPlan.isOutput(.init(bucket: "in", key: key), options: options))
        // The bucket behind an access point can be the source bucket.
        for point in [
            "arn:aws:s3:eu-west-1:123456789012:accesspoint/out",
            "out-aqfqprnstn7aefdfbarligizwgyfouse1a-s3alias",
        ] {
            var hidden = options
            hidden.bucket = point
            #expect(OutputPlan.isOutput(.init(bucket: "in", key: key), options: hidden) == isOutput)
        }
    }

    @Test(arguments: ["{bucket}/{bucket}/", "{Bucket}/", "{bucket", "a}b/", "{key}", "/{bucket}"])
    func `a prefix with another placeholder is refused`(prefix: String) {
        #expect(OutputOptions(bucket: "out", prefix: prefix).problems().map(\.field) == ["prefix"])
        #expect(OutputOptions(bucket: "out", prefix: "a/{bucket}/b/").problems().isEmpty)
    }

    @Test func `a source whose outputs have keys longer than S3 allows is quarantined without a request`()
        throws
    {
        // The limit is one of bytes, of which the characters of a key have several.
        let fitting = String(repeating: "\u{E9}", count: (1024 - "pixelated-64x64-".utf8.count) / 2)
        let harness = WorkerHarness()
        for key in [fitting, fitting + "k"] { harness.upload(key) }
        harness.start()
        #expect(harness.run(100) { harness.message(0).isDeleted && harness.message(1).isDeleted })
        let record = try #require(harness.record("m1-0"))
        #expect(record.errorCode == "name-too-long" && harness.quarantined == ["m1-0"])
        #expect(record.reason.contains("1025 bytes, and S3 allows 1024"))
        #expect(harness.calls("in/\(fitting)k") == 0 && harness.outputs.count == 5)
    }
}
