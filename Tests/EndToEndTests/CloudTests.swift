// SPDX-License-Identifier: Apache-2.0

import Testing

/// The tests' own tools do what the other tests rely on.
@Suite(.enabled(if: Project.missing == nil, "\(Project.missing ?? "")"))
struct CloudTests {
    @Test func `a picture put into the source bucket is announced in the queue`() async throws {
        try await Cloud.run { cloud in
            try await cloud.put("my photos/a+b ü.jpg", text: "picture")
            let bodies = try await cloud.ask("receive", ["queue": "queueURL"]).array.compactMap {
                $0["body"]?.string
            }
            #expect(bodies.contains { $0.contains("s3:TestEvent") })
            #expect(bodies.contains { $0.contains(#""key": "my+photos/a%2Bb+%C3%BC.jpg""#) })
            #expect(try await cloud.counts() == (visible: 0, inFlight: 2))
        }
    }
}
