// SPDX-License-Identifier: Apache-2.0

import Foundation
import Scripted
import Testing

/// Tests with invalid and corrected access keys.
@Suite(.enabled(if: Project.missingPrerequisite == nil, "\(Project.missingPrerequisite ?? "")"))
struct CredentialTests {
    @Test func `the daemon retries an invalid secret key with backoff and picks up a corrected one`()
        async throws
    {
        try await LocalCloud.run { cloud in
            let photo = try await cloud.paint(320, 240)
            try await cloud.put("photos/HS.jpeg", path: photo)
            let started = ContinuousClock.now
            let pixelated = try await cloud.pixelated(secret: "not/the+secret")
            try await cloud.waitForRequests(.sqs, 5, ["method": "POST"])
            // Five attempts without backoff would take only milliseconds.
            #expect(ContinuousClock.now - started > .seconds(1))

            let refused = try await cloud.request("requests", ["proxy": "sqs"]).array
                .filter { $0["status"] != 0 }
            #expect(refused.allSatisfy { $0["status"] == 403 })
            let ids = refused.compactMap { $0["requestID"]?.string }.filter { !$0.isEmpty }
            let operations = Set(
                refused.compactMap { $0["target"]?.string?.split(separator: ".").last.map(String.init) })
            try await pixelated.log.line("error message of the rejected poll") { line in
                line.contains("SignatureDoesNotMatch") && operations.contains { line.contains($0) }
                    && ids.contains { line.contains($0) }
            }
            #expect(!pixelated.log.lines.contains { $0.contains("not/the+secret") })

            try await cloud.writeCredentials(cloud.directory.appending(path: "pixelated.credentials").path)
            try await cloud.outputs(of: "photos/HS.jpeg")
            try await cloud.waitUntilEmpty()
            try await pixelated.stop()
        }
    }
}
