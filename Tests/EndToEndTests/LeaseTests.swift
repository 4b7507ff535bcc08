// SPDX-License-Identifier: Apache-2.0

import Foundation
import Scripted
import Testing

/// Tests of leases: heartbeats, killed replicas, and replicas that process the same key.
@Suite(.enabled(if: Project.missingPrerequisite == nil, "\(Project.missingPrerequisite ?? "")"))
struct LeaseTests {
    @Test func `heartbeats keep a message in flight for longer than its visibility timeout`() async throws {
        try await LocalCloud.run(["visibility": 5]) { cloud in
            try await cloud.request("purge")
            var configuration = cloud.configuration
            configuration.set("queue", "visibilitySeconds", to: 5)
            let photo = try await cloud.paint(640, 480)
            try await cloud.fault(.s3, "hold", ["method": "PUT", "times": 1])
            let first = try await cloud.pixelated(configuration, name: "first")
            let second = try await cloud.pixelated(configuration, name: "second")
            try await cloud.put("photos/HS.jpeg", path: photo)
            try await cloud.waitForHeld(.s3)
            // A heartbeat is sent at half of the timeout, so four of them take twice the timeout.
            let heartbeats: JSON = ["target": "ChangeMessageVisibility"]
            try await cloud.waitForRequests(.sqs, 4, heartbeats)
            #expect(try await cloud.counts() == (visible: 0, inFlight: 1))
            try await cloud.clear(.s3)
            try await cloud.outputs(of: "photos/HS.jpeg")
            try await cloud.waitUntilEmpty()
            try await first.stop()
            try await second.stop()
            #expect(try await cloud.receives().values.max() == 1)
        }
    }

    @Test func `killed replicas lose no message`() async throws {
        try await LocalCloud.run(["visibility": 5, "max_receives": 20]) { cloud in
            var configuration = cloud.configuration
            configuration.set("queue", "visibilitySeconds", to: 5)
            let photo = try await cloud.paint(800, 600)
            let reference = try await cloud.reference(photo)
            let keys = (1...24).map { "photos/\($0).jpeg" }
            var replicas: [ChildProcess] = []
            for number in 1...3 {
                replicas.append(try await cloud.pixelated(configuration, name: "replica-\(number)"))
            }
            for key in keys { try await cloud.put(key, path: photo) }
            // Each replica is killed while it processes messages, and replaced by another.
            for victim in 0..<3 {
                try await cloud.waitForRequests(.s3, 15 * (victim + 1), ["method": "PUT"])
                replicas[victim].signal(SIGKILL)
                #expect(try await replicas[victim].end() == .signal(SIGKILL))
                replicas[victim] = try await cloud.pixelated(configuration, name: "successor-\(victim)")
            }
            let outputs = try await cloud.outputs(of: keys)
            try await cloud.waitUntilEmpty()
            #expect(try await cloud.processed() == outputs.sorted())
            for key in outputs where key.contains("pixelated-32x32-") {
                #expect(try await cloud.digest(key) == reference["32"], "\(key)")
            }
            #expect(try await cloud.counts(deadLetters: true) == (visible: 0, inFlight: 0))
            for replica in replicas { try await replica.stop() }
        }
    }

    @Test func `outputs of overwritten pictures are those of the newest source with three replicas`()
        async throws
    {
        try await LocalCloud.run { cloud in
            let keys = (1...4).map { "photos/\($0).jpeg" }
            var versions: [String] = []
            for seed in 1...6 { versions.append(try await cloud.paint(480, 360, seed: seed)) }
            // Old and new events are processed concurrently, the old ones slowly.
            for key in keys {
                let slow: JSON = ["method": "GET", "path": .string(key), "times": 2, "seconds": 2]
                try await cloud.fault(.s3, "delay", slow)
                try await cloud.fault(
                    .s3, "delay", ["method": "PUT", "path": "pixelated-8x8", "times": 2, "seconds": 1])
            }
            var replicas: [ChildProcess] = []
            for number in 1...3 { replicas.append(try await cloud.pixelated(name: "replica-\(number)")) }
            for version in versions {
                for key in keys { try await cloud.put(key, path: version) }
            }
            try await cloud.outputs(of: keys)
            try await cloud.waitUntilEmpty(within: 120)
            for replica in replicas { try await replica.stop() }

            let newest = try await cloud.reference(versions[versions.count - 1])
            for key in keys {
                let name = key.split(separator: "/")[1]
                for n in [8, 16, 32, 48, 64] {
                    #expect(try await cloud.digest("photos/pixelated-\(n)x\(n)-\(name)") == newest["\(n)"])
                }
            }
        }
    }
}

extension LocalCloud {
    /// Returns the receive count of each message, by message ID.
    func receives() async throws -> [String: Int] {
        try await request("receives").object.compactMapValues(\.int)
    }
}
