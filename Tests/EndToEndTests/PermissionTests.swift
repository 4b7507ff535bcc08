// SPDX-License-Identifier: Apache-2.0

import Foundation
import Scripted
import Testing

/// Tests that each action of `deploy/iam-policy.json` is needed, and that its absence is reported.
@Suite(.enabled(if: Project.missingPrerequisite == nil, "\(Project.missingPrerequisite ?? "")"))
struct PermissionTests {
    static let actions = [
        "sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes",
        "sqs:SendMessage", "s3:GetObject", "s3:PutObject",
    ]

    /// The actions whose absence the local S3 does not show: without `s3:ListBucket`, AWS answers 403 instead of 404.
    static let untestable = ["s3:ListBucket"]

    @Test(arguments: actions)
    func `the log or the check names an action that is not allowed`(action: String) async throws {
        try await LocalCloud.run(["visibility": 5, "versioned": true]) { cloud in
            try await cloud.request("purge")
            var configuration = cloud.configuration
            configuration.set("queue", "visibilitySeconds", to: 5)
            configuration.set("worker", "drainSeconds", to: 5)
            let photo = try await cloud.paint(320, 240)
            try await cloud.request("allow", ["without": [.string(action)]])
            // A picture that takes longer than half of the visibility timeout, and an object that is not a picture.
            // The path excludes the upload of the check.
            try await cloud.fault(
                .s3, "delay", ["method": "PUT", "path": "pixelated-8x8-HS", "times": 1, "seconds": 4])
            try await cloud.put("photos/HS.jpeg", path: photo)
            try await cloud.put("photos/notes.jpeg", text: "This is no picture.")
            let check = try await cloud.pixelated(configuration, name: "check", verb: "check")
            _ = try await check.end()
            let isReported = check.log.lines.contains { $0.contains(action) }
            if !isReported {
                let pixelated = try await cloud.pixelated(configuration)
                try await pixelated.log.line(within: 30, containing: action)
                try await pixelated.stop()
            }
        }
    }

    @Test func `a role that lost the permission to read costs no picture`() async throws {
        try await LocalCloud.run { cloud in
            try await cloud.request("purge")
            let socket = cloud.directory.appending(path: "health").path
            var configuration = cloud.configuration
            configuration.set("health", "listen", to: .string(socket))
            configuration.set("log", "format", to: "json")
            configuration.set("worker", "retrySeconds", to: 1)
            try await cloud.request("allow", ["without": ["s3:GetObject"]])
            let photo = try await cloud.paint(320, 240)
            let keys = (0..<40).map { "photos/\($0).jpeg" }
            for key in keys { try await cloud.put(key, path: photo) }
            let pixelated = try await cloud.pixelated(configuration)
            try await pixelated.log.line(containing: "\"event\":\"breaker-opened\"")
            let page = Scrape(try await cloud.request("scrape", ["path": .string(socket)]))
            #expect(page.value("ready", suffix: "") == 0)
            // Without the breaker, five receives with delays of 1, 2, 4 and 8 seconds would end in the dead letters.
            try await Task.sleep(for: .seconds(25))
            #expect(try await cloud.counts(deadLetters: true) == (visible: 0, inFlight: 0))

            try await cloud.request("allow")
            try await cloud.outputs(of: keys, within: 300)
            try await cloud.waitUntilEmpty()
            #expect(try await cloud.counts(deadLetters: true) == (visible: 0, inFlight: 0))
            try await pixelated.log.line(containing: "\"event\":\"breaker-closed\"")
            try await pixelated.stop()
        }
    }

    @Test func `the check succeeds with the project's policy`() async throws {
        try await LocalCloud.run { cloud in
            let check = try await cloud.pixelated(name: "check", verb: "check")
            #expect(try await check.end() == .exit(0), "\(check.log.lines)")
        }
    }

    @Test func `every action of the policy is tested`() throws {
        #expect(try Project.actions(ofPolicy: "iam-policy.json") == Set(Self.actions + Self.untestable))
    }
}
