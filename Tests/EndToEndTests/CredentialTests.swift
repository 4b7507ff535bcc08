// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Wrong and corrected keys.
@Suite(.enabled(if: Project.missing == nil, "\(Project.missing ?? "")"))
struct CredentialTests {
    @Test func `a wrong secret is explained and retried with backoff, and the right one is taken up`()
        async throws
    {
        try await Cloud.run { cloud in
            let photo = try await cloud.paint(320, 240)
            try await cloud.put("photos/HS.jpeg", path: photo)
            let started = ContinuousClock.now
            let pixelated = try await cloud.pixelated(secret: "not/the+secret")
            try await cloud.seen(.sqs, 5, ["method": "POST"])
            // Five attempts without a pause between them would take some milliseconds.
            #expect(ContinuousClock.now - started > .seconds(1))

            let refused = try await cloud.ask("requests", ["proxy": "sqs"]).array
                .filter { $0["status"] != 0 }
            #expect(refused.allSatisfy { $0["status"] == 403 })
            let ids = refused.compactMap { $0["requestID"]?.string }.filter { !$0.isEmpty }
            let operations = Set(
                refused.compactMap { $0["target"]?.string?.split(separator: ".").last.map(String.init) })
            try await pixelated.log.line("explanation of the refusal") { line in
                line.contains("SignatureDoesNotMatch") && operations.contains { line.contains($0) }
                    && ids.contains { line.contains($0) }
            }
            #expect(!pixelated.log.lines.contains { $0.contains("not/the+secret") })

            try await cloud.writeCredentials(cloud.directory.appending(path: "pixelated.credentials").path)
            try await cloud.outputs(of: "photos/HS.jpeg")
            try await cloud.drained()
            try await pixelated.stops()
        }
    }
}
