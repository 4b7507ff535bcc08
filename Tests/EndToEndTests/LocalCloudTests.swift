// SPDX-License-Identifier: Apache-2.0

import Testing

/// A test of the local cloud that the other tests use.
@Suite(.enabled(if: Project.missingPrerequisite == nil, "\(Project.missingPrerequisite ?? "")"))
struct LocalCloudTests {
    @Test func `the source bucket sends an event notification for an uploaded picture`() async throws {
        try await LocalCloud.run { cloud in
            try await cloud.put("my photos/a+b ü.jpg", text: "picture")
            let bodies = try await cloud.request("receive", ["queue": "queueURL"]).array.compactMap {
                $0["body"]?.string
            }
            #expect(bodies.contains { $0.contains("s3:TestEvent") })
            #expect(bodies.contains { $0.contains(#""key": "my+photos/a%2Bb+%C3%BC.jpg""#) })
            #expect(try await cloud.counts() == (visible: 0, inFlight: 2))
        }
    }
}
