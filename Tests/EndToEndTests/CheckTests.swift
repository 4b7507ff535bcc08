// SPDX-License-Identifier: Apache-2.0

import Foundation
import Scripted
import Testing

/// Tests of the findings of `pixelated check` about queue and bucket.
@Suite(.enabled(if: Project.missingPrerequisite == nil, "\(Project.missingPrerequisite ?? "")"))
struct CheckTests {
    /// Runs a check, which must fail, and returns its lines by subject.
    private func findings(
        _ cloud: LocalCloud, _ configuration: JSON? = nil, secret: String? = nil
    ) async throws -> [String: String] {
        let check = try await cloud.pixelated(configuration, secret: secret, name: "check", verb: "check")
        #expect(try await check.end() != .exit(0), "\(check.log.lines)")
        let pairs = check.log.lines.compactMap { line in
            line.firstRange(of: ": ").map { (String(line[..<$0.lowerBound]), String(line[$0.upperBound...])) }
        }
        return Dictionary(pairs) { first, _ in first }
    }

    @Test func `the check reports an invalid secret key for queue and bucket`() async throws {
        try await LocalCloud.run { cloud in
            let found = try await findings(cloud, secret: "not/the+secret")
            for subject in ["queue", "output"] {
                let text = found[subject] ?? ""
                for part in [
                    "FAILED: ", "invalid-credentials", "SignatureDoesNotMatch", "check the access key",
                ] {
                    #expect(text.contains(part), "\(found)")
                }
                #expect(!text.contains("access-denied") && !text.contains("policies"), "\(found)")
            }
        }
    }

    @Test func `the check names the IAM action that is not allowed`() async throws {
        try await LocalCloud.run { cloud in
            try await cloud.request("allow", ["without": ["s3:GetObject"]])
            let text = try await findings(cloud)["output"] ?? ""
            for part in ["FAILED: ", "access-denied", "s3:GetObject"] {
                #expect(text.contains(part), "\(text)")
            }
        }
    }

    @Test func `the check reports a bucket that does not exist`() async throws {
        try await LocalCloud.run { cloud in
            var configuration = cloud.configuration
            configuration.set("output", "bucket", to: "no-such-bucket-anywhere")
            try await cloud.request("allow", ["also": ["s3:*"]])
            let text = try await findings(cloud, configuration)["output"] ?? ""
            for part in ["FAILED: ", "no-such-bucket", "no-such-bucket-anywhere"] {
                #expect(text.contains(part), "\(text)")
            }
        }
    }
}
