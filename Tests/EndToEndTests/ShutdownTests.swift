// SPDX-License-Identifier: Apache-2.0

import Foundation
import Scripted
import Testing

/// Tests of messages in flight when the daemon is stopped or killed.
@Suite(.enabled(if: Project.missingPrerequisite == nil, "\(Project.missingPrerequisite ?? "")"))
struct ShutdownTests {
    @Test(arguments: ["GET", "PUT"])
    func `SIGTERM finishes the picture in flight and deletes its message`(held: JSON) async throws {
        try await LocalCloud.run { cloud in
            try await cloud.request("purge")
            let photo = try await cloud.paint(640, 480)
            let socket = try NotifySocket(path: cloud.directory.appending(path: "notify").path)
            try await cloud.fault(.s3, "hold", ["method": held, "path": "HS.jpeg", "times": 1])
            let pixelated = try await cloud.pixelated(notify: socket)
            try await cloud.put("photos/HS.jpeg", path: photo)
            try await cloud.waitForHeld(.s3)

            pixelated.signal(SIGTERM)
            try await socket.messages.line("STOPPING=1") { $0 == "STOPPING=1" }
            try await cloud.clear(.s3)
            #expect(try await pixelated.end() == .exit(0))
            #expect(try await cloud.processed().count == 5)
            #expect(try await cloud.counts() == (visible: 0, inFlight: 0))
        }
    }

    @Test func `a second SIGTERM does not wait for pending responses`() async throws {
        try await LocalCloud.run { cloud in
            try await cloud.request("purge")
            let photo = try await cloud.paint(320, 240)
            let socket = try NotifySocket(path: cloud.directory.appending(path: "notify").path)
            try await cloud.fault(.s3, "hold", ["method": "PUT", "path": "HS.jpeg"])
            let pixelated = try await cloud.pixelated(notify: socket)
            try await cloud.put("photos/HS.jpeg", path: photo)
            try await cloud.waitForHeld(.s3)
            pixelated.signal(SIGTERM)
            try await socket.messages.line("STOPPING=1") { $0 == "STOPPING=1" }
            // Within two seconds it would be the same one.
            try await Task.sleep(for: .milliseconds(2100))
            pixelated.signal(SIGTERM)
            // The time limit of a request is 120 s, that of a drain 60 s.
            #expect(try await pixelated.end(within: 40) == .exit(0))
            let left = try await cloud.request("receive", ["queue": "queueURL", "seconds": 20]).array
            #expect(left.map { $0["receives"] } == [2])
        }
    }

    /// The daemon does not wait for S3 during the drain, whose time limit is 60 s by default.
    @Test(arguments: ["HEAD", "PUT"])
    func `SIGTERM during an outage of S3 releases held messages at once`(failing: JSON) async throws {
        try await LocalCloud.run { cloud in
            try await cloud.request("purge")
            let photo = try await cloud.paint(320, 240)
            let socket = try NotifySocket(path: cloud.directory.appending(path: "notify").path)
            try await cloud.fault(.s3, "status", ["method": failing, "path": "HS.jpeg"])
            let pixelated = try await cloud.pixelated(notify: socket)
            try await cloud.put("photos/HS.jpeg", path: photo)
            try await socket.messages.line("STATUS with the open breaker") {
                $0.contains("circuit breaker open")
            }
            pixelated.signal(SIGTERM)
            #expect(try await pixelated.end(within: 40) == .exit(0))
            let left = try await cloud.request("receive", ["queue": "queueURL", "seconds": 20]).array
            #expect(left.map { $0["receives"] } == [2])
        }
    }

    /// The daemon is killed whenever it downloads one of the pictures, before the others, which take longer, are done.
    /// The last time it is killed when the picture is decoded.
    @Test func `a picture at which the process is killed each time takes no others with it`() async throws {
        try await LocalCloud.run(["visibility": 5, "max_receives": 5]) { cloud in
            try await cloud.request("purge")
            var configuration = cloud.configuration
            configuration.set("queue", "visibilitySeconds", to: 5)
            let photo = try await cloud.paint(64, 48)
            let others = (1...6).map { "others/\($0).jpeg" }
            for key in others + ["deadly.jpeg"] { try await cloud.put(key, path: photo) }
            for life in 1...5 {
                let method: JSON = life == 5 ? "PUT" : "GET"
                try await cloud.fault(.s3, "hold", ["method": method, "path": "deadly.jpeg"])
                try await cloud.fault(.s3, "delay", ["method": "GET", "path": "others/", "seconds": 4])
                let killed = try await cloud.pixelated(configuration, name: "life-\(life)")
                try await cloud.waitForHeld(.s3, within: 120)
                if life >= 3 { try await killed.log.line(containing: "deadly.jpeg: processed alone") }
                killed.signal(SIGKILL)
                #expect(try await killed.end() == .signal(SIGKILL))
                try await cloud.clear(.s3)
            }
            let last = try await cloud.pixelated(configuration, name: "last")
            // When nothing is left for it to do, it would otherwise get the signal before it has begun.
            try await last.log.line(containing: "ready")
            try await cloud.outputs(of: others)
            try await cloud.waitUntilEmpty()
            try await last.stop()
            // The one message has a reason, and the redrive policy has moved neither it nor another.
            let letters = try await cloud.request("receive", ["visibility": 0]).array
            #expect(letters.count == 1 && letters.first?["body"]?.string?.contains("deadly.jpeg") == true)
            let attributes = letters.first?["attributes"]
            #expect(attributes?["pixelated-error"]?.string == "no-result", "\(letters)")
            #expect(
                attributes?["pixelated-reason"]?.string?.contains("received 5 times") == true
            )
            try await cloud.request("allow", ["policy": "iam-policy-dead-letters.json"])
            let explained = try await cloud.pixelated(
                configuration, name: "explain", verb: "dead-letters explain", arguments: ["deadly.jpeg"])
            #expect(try await explained.end(within: 60) == .exit(0), "\(explained.log.lines)")
            #expect(explained.log.lines.contains { $0.contains("killed") }, "\(explained.log.lines)")
        }
    }

    @Test(arguments: ["GET", "PUT"])
    func `a restart after SIGKILL stores all outputs and empties the queue`(
        held: JSON
    ) async throws {
        try await LocalCloud.run(["visibility": 5]) { cloud in
            var configuration = cloud.configuration
            configuration.set("queue", "visibilitySeconds", to: 5)
            let photo = try await cloud.paint(640, 480)
            let reference = try await cloud.reference(photo)
            try await cloud.fault(.s3, "hold", ["method": held, "path": "HS.jpeg", "times": 1])
            let killed = try await cloud.pixelated(configuration)
            try await cloud.put("photos/HS.jpeg", path: photo)
            try await cloud.waitForHeld(.s3)
            killed.signal(SIGKILL)
            #expect(try await killed.end() == .signal(SIGKILL))
            try await cloud.clear(.s3)

            let pixelated = try await cloud.pixelated(configuration)
            try await cloud.outputs(of: "photos/HS.jpeg")
            try await cloud.waitUntilEmpty()
            for n in [8, 16, 32, 48, 64] {
                #expect(try await cloud.digest("photos/pixelated-\(n)x\(n)-HS.jpeg") == reference["\(n)"])
            }
            try await pixelated.stop()
        }
    }
}
