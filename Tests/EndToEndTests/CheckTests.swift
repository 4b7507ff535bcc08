// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// What `pixelated check` says of queue and bucket when something is not as it should be.
@Suite(.enabled(if: Project.missing == nil, "\(Project.missing ?? "")"))
struct CheckTests {
    /// The lines of a check that failed, by their subjects.
    private func findings(
        _ cloud: Cloud, _ configuration: JSON? = nil, secret: String? = nil
    ) async throws -> [String: String] {
        let check = try await cloud.pixelated(configuration, secret: secret, name: "check", verb: "check")
        #expect(try await check.end() != .exit(0), "\(check.log.lines)")
        let pairs = check.log.lines.compactMap { line in
            line.firstRange(of: ": ").map { (String(line[..<$0.lowerBound]), String(line[$0.upperBound...])) }
        }
        return Dictionary(pairs) { first, _ in first }
    }

    @Test func `a wrong secret is told as such by queue and bucket`() async throws {
        try await Cloud.run { cloud in
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

    @Test func `what is not allowed is told with the action that is missing`() async throws {
        try await Cloud.run { cloud in
            try await cloud.ask("allow", ["without": ["s3:GetObject"]])
            let text = try await findings(cloud)["output"] ?? ""
            for part in ["FAILED: ", "access-denied", "s3:GetObject"] {
                #expect(text.contains(part), "\(text)")
            }
        }
    }

    @Test func `a bucket that is not there is told as missing`() async throws {
        try await Cloud.run { cloud in
            var configuration = cloud.configuration
            configuration.set("output", "bucket", to: "nobody-made-this-bucket")
            try await cloud.ask("allow", ["also": ["s3:*"]])
            let text = try await findings(cloud, configuration)["output"] ?? ""
            for part in ["FAILED: ", "no-such-bucket", "nobody-made-this-bucket"] {
                #expect(text.contains(part), "\(text)")
            }
        }
    }
}
