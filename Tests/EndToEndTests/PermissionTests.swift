// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// `deploy/iam-policy.json` has what is needed, and nothing that is not: without any one action something says so.
@Suite(.enabled(if: Project.missing == nil, "\(Project.missing ?? "")"))
struct PermissionTests {
    static let actions = [
        "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes",
        "sqs:SendMessage", "s3:GetObject", "s3:PutObject",
    ]

    /// Without it S3 says 403 instead of 404 of what is not there; the local one says 404 all the same.
    static let untestable = ["s3:ListBucket"]

    @Test(arguments: actions)
    func `the log or the check names the action that is missing`(action: String) async throws {
        try await Cloud.run(["visibility": 5, "versioned": true]) { cloud in
            try await cloud.ask("purge")
            var configuration = cloud.configuration
            configuration.set("queue", "visibilitySeconds", to: 5)
            configuration.set("worker", "drainSeconds", to: 5)
            let photo = try await cloud.paint(320, 240)
            try await cloud.ask("allow", ["without": [.string(action)]])
            // A picture that takes longer than half of the visibility timeout, and one that is none.
            try await cloud.fault(.s3, "delay", ["method": "PUT", "times": 1, "seconds": 4])
            try await cloud.put("photos/HS.jpeg", path: photo)
            try await cloud.put("photos/notes.jpeg", text: "This is no picture.")
            let check = try await cloud.pixelated(configuration, name: "check", verb: "check")
            _ = try await check.end()
            let said = check.log.lines.contains { $0.contains(action) }
            if !said {
                let pixelated = try await cloud.pixelated(configuration)
                try await pixelated.log.line(within: 30, containing: action)
                try await pixelated.stops()
            }
        }
    }

    @Test func `the check finds nothing to complain about when all is as it should be`() async throws {
        try await Cloud.run { cloud in
            let check = try await cloud.pixelated(name: "check", verb: "check")
            #expect(try await check.end() == .exit(0), "\(check.log.lines)")
        }
    }

    /// Every action of the policy is tried above.
    @Test func `the policy has no action that is not tested`() throws {
        let policy = try JSON(
            parsing: Data(contentsOf: Project.root.appending(path: "deploy/iam-policy.json")))
        var actions: Set<String> = []
        for statement in policy["Statement"]?.array ?? [] {
            if let one = statement["Action"]?.string { actions.insert(one) }
            actions.formUnion(statement["Action"]?.array.compactMap(\.string) ?? [])
        }
        #expect(actions == Set(Self.actions + Self.untestable))
    }
}
