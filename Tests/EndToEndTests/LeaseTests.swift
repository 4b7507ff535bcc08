// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// Messages stay with who works on them, and come back when nobody does.
@Suite(.enabled(if: Project.missing == nil, "\(Project.missing ?? "")"))
struct LeaseTests {
    @Test func `work longer than the visibility timeout keeps its message`() async throws {
        try await Cloud.run(["visibility": 5]) { cloud in
            try await cloud.ask("purge")
            var configuration = cloud.configuration
            configuration.set("queue", "visibilitySeconds", to: 5)
            let photo = try await cloud.paint(640, 480)
            try await cloud.fault(.s3, "hold", ["method": "PUT", "times": 1])
            let first = try await cloud.pixelated(configuration, name: "first")
            let second = try await cloud.pixelated(configuration, name: "second")
            try await cloud.put("photos/HS.jpeg", path: photo)
            try await cloud.held(.s3)
            // Each heartbeat at half of the timeout: after four of them twice the timeout has gone by.
            let heartbeats: JSON = ["target": "ChangeMessageVisibility"]
            try await cloud.seen(.sqs, 4, heartbeats)
            #expect(try await cloud.counts() == (visible: 0, inFlight: 1))
            try await cloud.clear(.s3)
            try await cloud.outputs(of: "photos/HS.jpeg")
            try await cloud.drained()
            try await first.stops()
            try await second.stops()
            #expect(try await cloud.receives().values.max() == 1)
        }
    }

    @Test func `killed replicas lose nothing`() async throws {
        try await Cloud.run(["visibility": 5, "max_receives": 20]) { cloud in
            var configuration = cloud.configuration
            configuration.set("queue", "visibilitySeconds", to: 5)
            let photo = try await cloud.paint(800, 600)
            let reference = try await cloud.reference(photo)
            let keys = (1...24).map { "photos/\($0).jpeg" }
            var replicas: [Child] = []
            for number in 1...3 {
                replicas.append(try await cloud.pixelated(configuration, name: "replica-\(number)"))
            }
            for key in keys { try await cloud.put(key, path: photo) }
            // Each of them dies in the middle of work, and another takes its place.
            for victim in 0..<3 {
                try await cloud.seen(.s3, 15 * (victim + 1), ["method": "PUT"])
                replicas[victim].signal(SIGKILL)
                #expect(try await replicas[victim].end() == .signal(SIGKILL))
                replicas[victim] = try await cloud.pixelated(configuration, name: "successor-\(victim)")
            }
            let outputs = try await cloud.outputs(of: keys)
            try await cloud.drained()
            #expect(try await cloud.processed() == outputs.sorted())
            for key in outputs where key.contains("pixelated-32x32-") {
                #expect(try await cloud.digest(key) == reference["32"], "\(key)")
            }
            #expect(try await cloud.counts(deadLetters: true) == (visible: 0, inFlight: 0))
            for replica in replicas { try await replica.stops() }
        }
    }

    @Test func `three replicas racing on overwritten pictures end with the newest`() async throws {
        try await Cloud.run { cloud in
            let keys = (1...4).map { "photos/\($0).jpeg" }
            var versions: [String] = []
            for seed in 1...6 { versions.append(try await cloud.paint(480, 360, seed: seed)) }
            // Old and new events are worked on at the same time, the old ones slowly.
            for key in keys {
                let slow: JSON = ["method": "GET", "path": .string(key), "times": 2, "seconds": 2]
                try await cloud.fault(.s3, "delay", slow)
                try await cloud.fault(
                    .s3, "delay", ["method": "PUT", "path": "pixelated-8x8", "times": 2, "seconds": 1])
            }
            var replicas: [Child] = []
            for number in 1...3 { replicas.append(try await cloud.pixelated(name: "replica-\(number)")) }
            for version in versions {
                for key in keys { try await cloud.put(key, path: version) }
            }
            try await cloud.outputs(of: keys)
            try await cloud.drained(within: 120)
            for replica in replicas { try await replica.stops() }

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

extension Cloud {
    /// How often each message was handed out, by message id, as the queue counts.
    func receives() async throws -> [String: Int] {
        try await ask("receives").object.compactMapValues(\.int)
    }
}
