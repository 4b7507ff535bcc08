// SPDX-License-Identifier: Apache-2.0

import Foundation
import Scripted
import Testing

/// Tests of reloads of the configuration while pictures are in flight.
@Suite(.enabled(if: Project.missingPrerequisite == nil, "\(Project.missingPrerequisite ?? "")"))
struct ReloadTests {
    @Test func `changes of worker.maxInFlight take effect under load and lose no lease`() async throws {
        try await LocalCloud.run { cloud in
            try await cloud.request("purge")
            var configuration = cloud.configuration
            configuration.set("worker", "maxInFlight", to: 2)
            let photo = try await cloud.paint(320, 240)
            let keys = (1...12).map { "photos/\($0).jpeg" }
            // Two downloads are held and worker.maxInFlight is 2, so no other picture is processed.
            try await cloud.fault(.s3, "hold", ["method": "GET", "path": "photos/", "times": 2])
            let pixelated = try await cloud.pixelated(configuration)
            for key in keys { try await cloud.put(key, path: photo) }
            try await cloud.waitForHeld(.s3, 2)

            configuration.set("worker", "maxInFlight", to: 6)
            configuration.set("worker", "memoryBytes", to: .number(Double(2 << 30)))
            try await cloud.reload(pixelated, configuration)
            try await pixelated.log.line(containing: "worker.maxInFlight 2 -> 6")
            try await cloud.waitForRequests(
                .s3, 10 * 5, ["method": "PUT", "path": "pixelated-"], within: 300)

            configuration.set("worker", "maxInFlight", to: 1)
            configuration.set("worker", "cpuWorkers", to: 1)
            configuration.set("worker", "memoryBytes", to: .number(Double(32 << 20)))
            for (limit, value) in [("bytes", 4 << 20), ("memoryBytes", 2 << 20), ("pixels", 1_000_000)] {
                configuration.set("pixelation", "limits", limit, to: .number(Double(value)))
            }
            try await cloud.reload(pixelated, configuration)
            try await pixelated.log.line(containing: "worker.maxInFlight 6 -> 1")
            try await cloud.clear(.s3)
            try await cloud.outputs(of: keys)
            try await cloud.waitUntilEmpty()
            try await pixelated.stop()
            #expect(try await cloud.receives().values.max() == 1)
        }
    }

    @Test func `log.pictures hides the pictures that succeed, until a reload`() async throws {
        try await LocalCloud.run { cloud in
            try await cloud.request("purge")
            var configuration = cloud.configuration
            configuration.set("log", "pictures", to: "failures")
            let pixelated = try await cloud.pixelated(configuration)
            let photo = try await cloud.paint(200, 100)
            try await cloud.put("quiet/good.jpeg", path: photo)
            try await cloud.put("quiet/bad.jpeg", path: Project.root.appending(path: "Package.swift").path)
            try await cloud.outputs(of: "quiet/good.jpeg")
            try await pixelated.log.line(containing: "quiet/bad.jpeg: quarantined")
            try await cloud.waitUntilEmpty()

            configuration.set("log", "pictures", to: "all")
            try await cloud.reload(pixelated, configuration)
            try await pixelated.log.line(containing: "applied: log.pictures")
            try await cloud.put("loud/good.jpeg", path: photo)
            try await pixelated.log.line(containing: "loud/good.jpeg: 200x100")
            try await pixelated.stop()
            #expect(!pixelated.log.lines.contains { $0.contains("quiet/good.jpeg") })
        }
    }

    @Test func `limits, policy and filter apply to messages received after the reload`() async throws {
        try await LocalCloud.run { cloud in
            try await cloud.request("purge")
            let socket = try NotifySocket(path: cloud.directory.appending(path: "notify").path)
            var configuration = cloud.configuration
            let pixelated = try await cloud.pixelated(configuration, notify: socket)
            let large = try await cloud.paint(640, 480)
            let small = try await cloud.paint(200, 100)
            try await cloud.put("before/large.jpeg", path: large)
            try await cloud.outputs(of: "before/large.jpeg")

            configuration.set("pixelation", "limits", "pixels", to: 100_000)
            configuration.set("worker", "policy", to: ["too-large": "ignore"])
            configuration.set("filter", "exclude", to: ["private/*"])
            try await cloud.reload(pixelated, configuration)
            try await socket.messages.line("RELOADING=1") { $0 == "RELOADING=1" }
            try await pixelated.log.line(containing: "applied: filter.exclude")
            try await cloud.put("private/small.jpeg", path: small)
            try await cloud.put("after/large.jpeg", path: large)
            try await cloud.put("after/small.jpeg", path: small)
            try await cloud.outputs(of: "after/small.jpeg")
            try await pixelated.log.line(containing: "after/large.jpeg: ignored")

            // Nothing of an invalid file is applied, and the status shows the problems.
            configuration.set("pixelation", "limits", "pixels", to: "many")
            configuration.set("filter", "exclude", to: ["after/*"])
            configuration.set("filter", "excluded", to: [])
            try await cloud.reload(pixelated, configuration)
            let refused = try await socket.messages.line("refusal in the status") {
                $0.hasPrefix("STATUS=") && $0.contains("the last reload was refused: ")
            }
            #expect(refused.contains("pixelation.limits.pixels: must be a whole number"))
            #expect(refused.contains("filter.excluded: unknown setting; did you mean filter.exclude?"))
            try await cloud.put("after/again.jpeg", path: small)
            try await cloud.outputs(of: "after/again.jpeg")

            try await cloud.waitUntilEmpty()
            try await pixelated.stop()
            #expect(try await cloud.processed().count == 15)
            #expect(!pixelated.log.lines.contains { $0.contains("private/small.jpeg") })
        }
    }
}

extension LocalCloud {
    /// Writes the daemon's configuration file and sends SIGHUP.
    func reload(_ pixelated: ChildProcess, _ configuration: JSON) async throws {
        try configuration.bytes().write(to: directory.appending(path: "pixelated.json"))
        pixelated.signal(SIGHUP)
    }
}
