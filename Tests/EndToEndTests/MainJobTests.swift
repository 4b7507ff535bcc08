// SPDX-License-Identifier: Apache-2.0

import Foundation
import Scripted
import Testing

/// Tests of the daemon with pictures in the source bucket and outputs in the output bucket.
@Suite(.enabled(if: Project.missingPrerequisite == nil, "\(Project.missingPrerequisite ?? "")"))
struct MainJobTests {
    @Test func `the five outputs of a 12-megapixel photo are those of the reference program`() async throws {
        try await LocalCloud.run { cloud in
            let photo = try await cloud.paint(4000, 3000)
            let reference = try await cloud.reference(photo)
            let pixelated = try await cloud.pixelated()
            try await cloud.put("my photos/a+b ü.jpg", path: photo)
            try await cloud.outputs(of: "my photos/a+b ü.jpg")

            let keys = [8, 16, 32, 48, 64].map { "my photos/pixelated-\($0)x\($0)-a+b ü.jpg" }
            #expect(try await cloud.processed() == keys.sorted())
            for (n, key) in zip([8, 16, 32, 48, 64], keys) {
                #expect(try await cloud.digest(key) == reference["\(n)"], "\(key)")
                let head = try await cloud.request("head", ["key": .string(key)])
                #expect(head["contentType"] == "image/jpeg")
            }
            try await cloud.waitUntilEmpty()
            try await pixelated.stop()
        }
    }

    @Test func `pictures with special characters in their keys get all outputs`() async throws {
        try await LocalCloud.run { cloud in
            let photo = try await cloud.paint(320, 240)
            let reference = try await cloud.reference(photo)
            let pixelated = try await cloud.pixelated()
            let keys = [
                "plain.jpg", "a/b/c/deep.jpeg", "100%25 sure?.jpg", "quote'\"&=#;,:@$!*().jpg", "日本/写真 1.JPG",
                "no-extension", "a//b.jpg", "e\u{301}.jpg", "~tilde~.jpg",
            ]
            for key in keys { try await cloud.put(key, path: photo) }
            let outputs = try await cloud.outputs(of: keys)
            #expect(try await cloud.processed() == outputs.sorted())
            for output in outputs where output.contains("pixelated-48x48-") {
                #expect(try await cloud.digest(output) == reference["48"], "\(output)")
            }
            try await cloud.waitUntilEmpty()
            try await pixelated.stop()
        }
    }

    @Test func `outputs have the source's tags and the configured ones`() async throws {
        try await LocalCloud.run { cloud in
            try await cloud.request("allow", ["also": ["s3:GetObjectTagging", "s3:PutObjectTagging"]])
            try await cloud.put("a b+ü.jpg", path: try await cloud.paint(320, 240))
            try await cloud.request(
                "tag", ["key": "a b+ü.jpg", "tags": ["owner": "Zoë & co", "kind": "source", "empty": ""]])
            var configuration = cloud.configuration
            configuration.set("output", "copyTags", to: true)
            configuration.set("output", "tags", to: ["kind": "pixelated"])
            let pixelated = try await cloud.pixelated(configuration)
            for key in try await cloud.outputs(of: "a b+ü.jpg") {
                #expect(
                    try await cloud.request("tags", ["key": .string(key)])
                        == ["owner": "Zoë & co", "kind": "pixelated", "empty": ""])
            }
            try await cloud.waitUntilEmpty()
            try await pixelated.stop()
        }
    }

    @Test func `the daemon is ready before the end of a long poll and sends its status`() async throws {
        try await LocalCloud.run { cloud in
            // S3's test event would end the long poll at once.
            try await cloud.request("purge")
            let socket = try NotifySocket(path: cloud.directory.appending(path: "notify").path)
            var configuration = cloud.configuration
            configuration.set("queue", "waitSeconds", to: 20)
            let pixelated = try await cloud.pixelated(configuration, notify: socket)
            try await socket.messages.line(within: 15, "READY=1") { $0 == "READY=1" }
            try await socket.messages.line("STATUS=") { $0.hasPrefix("STATUS=") }
            pixelated.signal(SIGTERM)
            try await socket.messages.line("STOPPING=1") { $0 == "STOPPING=1" }
            #expect(try await pixelated.end() == .exit(0))
        }
    }

    @Test func `the test event of S3 is deleted`() async throws {
        try await LocalCloud.run { cloud in
            #expect(try await cloud.counts().visible == 1)
            let pixelated = try await cloud.pixelated()
            try await cloud.waitUntilEmpty()
            try await pixelated.stop()
            #expect(try await cloud.processed() == [])
            #expect(try await cloud.counts(deadLetters: true) == (visible: 0, inFlight: 0))
        }
    }

    @Test(arguments: [#"{"hello": "world"}"#, "not JSON at all", #"{"Records": "none"}"#, "{}"])
    func `an unknown message is not deleted without a quarantine destination`(body: String) async throws {
        try await LocalCloud.run(["visibility": 600]) { cloud in
            var configuration = cloud.configuration
            configuration.set("queue", "deadLetterURL", to: .null)
            try await cloud.request("purge")
            let id = try await cloud.send(body)
            let pixelated = try await cloud.pixelated(configuration)
            try await pixelated.log.line(containing: id)
            try await pixelated.stop()
            let counts = try await cloud.counts()
            #expect(counts.visible + counts.inFlight == 1)
        }
    }
}

extension ChildProcess {
    /// Sends SIGTERM and expects exit status 0.
    func stop() async throws {
        signal(SIGTERM)
        let end = try await end()
        #expect(end == .exit(0), "\(log.lines.suffix(10))")
    }
}
