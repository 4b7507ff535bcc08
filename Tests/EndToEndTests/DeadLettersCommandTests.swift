// SPDX-License-Identifier: Apache-2.0

import Foundation
import Scripted
import Testing

/// Tests of `pixelated dead-letters` against the local S3 and SQS, with an identity that has only the permissions of
/// `deploy/iam-policy-dead-letters.json`.
@Suite(.enabled(if: Project.missingPrerequisite == nil, "\(Project.missingPrerequisite ?? "")"))
struct DeadLettersCommandTests {
    private static let policy: JSON = ["policy": "iam-policy-dead-letters.json"]

    /// The actions of the policy, the arguments of a command that needs each of them, and whether the quarantine is the
    /// prefix of a bucket.
    static let actions = [
        ("sqs:ReceiveMessage", "list", false), ("sqs:SendMessage", "replay", false),
        ("sqs:DeleteMessage", "replay", false), ("s3:GetObject", "replay --would-succeed", false),
        ("s3:DeleteObject", "replay", true),
    ]

    /// The actions whose absence the local cloud does not show, or that only end a wait.
    static let untestable = ["s3:ListBucket", "sqs:ChangeMessageVisibility"]
    /// The action without which hidden letters are not counted.
    static let countingAction = "sqs:GetQueueAttributes"

    /// The number of letters of each kind in the test of mixed letters, of which there are seven kinds.
    private static let countOfEach =
        (ProcessInfo.processInfo.environment["PIXELATOR_DEAD_LETTERS"].flatMap(Int.init) ?? 28) / 7

    /// Runs a command and returns its exit status and its lines.
    private func run(
        _ cloud: LocalCloud, _ configuration: JSON? = nil, _ arguments: String
    ) async throws -> (end: ChildProcess.End, lines: [String]) {
        let words = arguments.split(separator: " ").map(String.init)
        let child = try await cloud.pixelated(
            configuration ?? cloud.configuration, name: "letters", verb: "dead-letters \(words[0])",
            arguments: Array(words.dropFirst()))
        return (try await child.end(within: 300), child.log.lines)
    }

    private func notification(_ cloud: LocalCloud, _ key: String) -> String {
        #"{"Records":[{"eventVersion":"2.1","eventSource":"aws:s3","eventName":"ObjectCreated:Put","#
            + #""s3":{"bucket":{"name":"\#(cloud.stack["source"]?.string ?? "")"},"object":{"key":"\#(key)"}}}]}"#
    }

    /// Puts letters of seven kinds into the dead-letter queue: the daemon stores the failures of all but the redriven.
    ///
    /// - Returns: the keys of the letters whose replay succeeds after the limit of pixels has been raised and the
    ///   permissions have been corrected.
    private func makeMixedLetters(_ cloud: LocalCloud, _ limited: JSON) async throws -> Set<String> {
        let count = Self.countOfEach
        let small = try await cloud.paint(64, 48)
        let large = try await cloud.paint(300, 200)
        let cut = cloud.directory.appending(path: "cut.jpeg")
        try Data(contentsOf: URL(filePath: small)).prefix(600).write(to: cut)
        try await cloud.request("purge")
        try await cloud.request("allow", ["unreadable": "denied"])
        for index in 0..<count {
            try await cloud.put("corrupt \(index).jpeg", path: cut.path)
            try await cloud.put("large-\(index).jpeg", path: large)
            try await cloud.put("text-\(index).jpeg", text: "This is no picture.")
            try await cloud.put("denied-\(index).jpeg", path: small)
            try await cloud.put("gone-\(index).jpeg", text: "This is no picture.")
            try await cloud.send("This is no notification.")
        }
        let daemon = try await cloud.pixelated(limited)
        try await cloud.waitUntilEmpty(within: 300)
        try await daemon.stop()
        for index in 0..<count {
            try await cloud.request("delete", ["key": .string("gone-\(index).jpeg")])
            // The redrive policy moves the bodies of messages unchanged.
            let key = "redriven-\(index).jpeg"
            if index % 2 == 0 { try await cloud.put(key, path: small) }
            try await cloud.request(
                "send", ["body": .string(notification(cloud, key)), "queue": "deadLetterQueueURL"])
        }
        // The events of the uploads are those of letters that are in the dead-letter queue already.
        try await cloud.request("purge")
        var expected: Set<String> = []
        for index in 0..<count {
            expected.insert("large-\(index).jpeg")
            guard index % 2 == 0 else { continue }
            expected.formUnion(["redriven-\(index).jpeg", "denied-\(index).jpeg"])
        }
        return expected
    }

    @Test func `a replay of mixed letters returns exactly those that succeed after a limit was raised`()
        async throws
    {
        try await LocalCloud.run { cloud in
            let count = Self.countOfEach
            var limited = cloud.configuration
            limited.set("pixelation", "limits", "pixels", to: 10_000)
            limited.set("worker", "maxReceives", to: 1)
            let expected = try await makeMixedLetters(cloud, limited)
            let source = cloud.stack["source"]?.string ?? ""

            try await cloud.request("allow", Self.policy)
            let list = try await run(cloud, limited, "list")
            #expect(list.end == .exit(0), "\(list.lines)")
            let groups = [
                "corrupt (truncated)", "too-large (too-many-pixels)", "access-denied (AccessDenied)",
                "not-understood (not-json)", "no-reason",
            ]
            for group in groups {
                #expect(list.lines.contains { $0.hasPrefix("\(count) ") && $0.contains(group) }, "\(group)")
            }
            #expect(
                list.lines.contains {
                    $0.hasPrefix("\(2 * count) ") && $0.contains("unsupported (not-an-image)")
                }, "\(list.lines)")

            let explained = try await run(cloud, limited, "explain large-1.jpeg")
            #expect(explained.end == .exit(0), "\(explained.lines)")
            #expect(explained.lines.contains { $0.contains("way out") && $0.contains("limits.pixels") })
            let unexplained = try await run(cloud, limited, "explain another.jpeg")
            #expect(unexplained.end == .exit(1))

            let before = try await run(
                cloud, limited, "replay --would-succeed --dry-run --code too-many-pixels")
            #expect(
                before.end == .exit(1) && before.lines.contains("\(count) stay: too-large (too-many-pixels)"))

            // The sources with odd numbers, which were denied, are deleted, and the others can be read now.
            for index in stride(from: 1, to: count, by: 2) {
                try await cloud.request("delete", ["key": .string("denied-\(index).jpeg")])
            }
            let replay = try await run(cloud, cloud.configuration, "replay --would-succeed --rate 1000")
            #expect(replay.end == .exit(1))
            let replayed = replay.lines.compactMap { line in
                line.hasPrefix("replayed  s3://\(source)/")
                    ? String(line.dropFirst("replayed  s3://\(source)/".count)) : nil
            }
            #expect(Set(replayed) == expected && replayed.count == expected.count, "\(replay.lines)")
            let odd = count / 2
            for line in [
                "\(2 * odd + count) stay: not-found (NoSuchKey)", "\(count) stay: corrupt (truncated)",
                "\(count) stay: not-understood (not-json)", "\(count) stay: unsupported (not-an-image)",
            ] { #expect(replay.lines.contains(line), "\(line): \(replay.lines.suffix(8))") }

            // The queue has the events of exactly these letters, and the daemon makes their outputs.
            #expect(try await cloud.counts().visible == expected.count)
            #expect(try await cloud.counts(deadLetters: true).visible == 7 * count - expected.count)
            try await cloud.request("allow")
            let daemon = try await cloud.pixelated()
            try await cloud.outputs(of: Array(expected))
            try await cloud.waitUntilEmpty()
            try await daemon.stop()
            #expect(try await cloud.processed().count == 5 * expected.count)
            let end = try await cloud.counts(deadLetters: true)
            #expect(end.visible + end.inFlight == 7 * count - expected.count)
        }
    }

    /// The requests at which a replay is killed. The held request arrives after the death of the process.
    @Test func `a replay that is killed at each of its steps loses no letter`() async throws {
        try await LocalCloud.run { cloud in
            let picture = try await cloud.paint(32, 24)
            let keys = (0..<45).map { "picture-\($0).jpeg" }
            for key in keys {
                try await cloud.put(key, path: picture)
                try await cloud.request(
                    "send", ["body": .string(notification(cloud, key)), "queue": "deadLetterQueueURL"])
            }
            try await cloud.request("purge")
            try await cloud.request("allow", Self.policy)
            let steps: [(LocalCloud.Proxy, JSON)] = [
                (.sqs, ["target": "ReceiveMessage"]), (.s3, ["method": "GET"]),
                (.sqs, ["target": "SendMessageBatch"]), (.sqs, ["target": "DeleteMessageBatch"]),
            ]
            for (proxy, kind) in steps {
                try await cloud.fault(proxy, "hold", kind)
                let child = try await cloud.pixelated(
                    cloud.configuration, name: "letters", verb: "dead-letters replay",
                    arguments: ["--would-succeed"])
                try await cloud.waitForHeld(proxy)
                child.signal(SIGKILL)
                _ = try await child.end()
                try await cloud.clear(proxy)
            }
            // Killed replays hide their messages for 30 seconds.
            let begin = ContinuousClock.now
            while try await cloud.counts(deadLetters: true) != (visible: 0, inFlight: 0) {
                try #require(begin.duration(to: .now) < .seconds(150))
                let replay = try await run(cloud, nil, "replay")
                #expect(replay.end == .exit(0), "\(replay.lines)")
            }
            let sent = try await cloud.counts().visible
            #expect((keys.count...keys.count + 2).contains(sent), "\(sent) messages")
            try await cloud.request("allow")
            let daemon = try await cloud.pixelated()
            try await cloud.outputs(of: keys)
            try await cloud.waitUntilEmpty()
            try await daemon.stop()
        }
    }

    /// Returns the configuration with the quarantine under a prefix of the output bucket.
    private func quarantineInBucket(_ cloud: LocalCloud) -> JSON {
        var configuration = cloud.configuration
        let bucket = cloud.configuration["output"]?["bucket"]?.string ?? ""
        configuration.set("queue", "deadLetterURL", to: .null)
        configuration.set("queue", "quarantinePrefix", to: .string("s3://\(bucket)/quarantine/"))
        return configuration
    }

    /// Makes the daemon quarantine objects that are no pictures.
    private func quarantine(_ cloud: LocalCloud, _ keys: String..., into configuration: JSON) async throws {
        try await cloud.request("purge")
        let daemon = try await cloud.pixelated(configuration)
        for key in keys { try await cloud.put(key, text: "This is no picture.") }
        for _ in keys { try await daemon.log.line(containing: "quarantined") }
        try await cloud.waitUntilEmpty()
        try await daemon.stop()
    }

    @Test func `the quarantine in a bucket is listed, explained and replayed`() async throws {
        try await LocalCloud.run { cloud in
            let configuration = quarantineInBucket(cloud)
            try await quarantine(cloud, "a b.jpeg", "c.jpeg", into: configuration)
            try await cloud.put("c.jpeg", path: try await cloud.paint(32, 24))
            try await cloud.request("purge")
            try await cloud.request("allow", Self.policy)
            let list = try await run(cloud, configuration, "list --json --each")
            #expect(list.end == .exit(0), "\(list.lines)")
            let lines = try list.lines.map { try JSON(parsing: Data($0.utf8)) }
            #expect(lines.count == 3 && lines.last?["letters"] == 2, "\(list.lines)")
            #expect(lines.last?["groups"]?.array.first?["errorCode"] == "not-an-image")
            let explained = try await run(cloud, configuration, "explain c.jpeg")
            #expect(explained.end == .exit(0) && explained.lines.contains { $0.contains("not a picture") })
            let replay = try await run(cloud, configuration, "replay --would-succeed --json")
            #expect(replay.end == .exit(1), "\(replay.lines)")
            #expect(replay.lines.contains { $0.contains(#""state":"replayed""#) && $0.contains("/c.jpeg") })
            #expect(try await cloud.processed().count { $0.hasPrefix("quarantine/") } == 1)
            try await cloud.request("allow")
            let daemon = try await cloud.pixelated(configuration)
            try await cloud.outputs(of: "c.jpeg")
            try await cloud.waitUntilEmpty()
            try await daemon.stop()
        }
    }

    @Test(arguments: actions)
    func `a command names an action that is not allowed`(_ action: (String, String, Bool)) async throws {
        try await LocalCloud.run { cloud in
            let configuration = action.2 ? quarantineInBucket(cloud) : cloud.configuration
            try await quarantine(cloud, "a.jpeg", into: configuration)
            var policy = Self.policy
            policy["without"] = [.string(action.0)]
            try await cloud.request("allow", policy)
            let found = try await run(cloud, configuration, action.1)
            #expect(found.end == .exit(77), "\(found.lines)")
            let name = action.0 == "s3:GetObject" ? "access-denied" : action.0
            #expect(found.lines.contains { $0.contains(name) }, "\(found.lines)")
        }
    }

    @Test func `letters that another command hides are counted`() async throws {
        try await LocalCloud.run { cloud in
            for index in 0..<3 {
                try await cloud.request(
                    "send",
                    [
                        "body": .string(notification(cloud, "\(index).jpeg")),
                        "queue": "deadLetterQueueURL",
                    ])
            }
            try await cloud.request("allow", Self.policy)
            let all = try await run(cloud, nil, "list")
            #expect(all.end == .exit(0) && !all.lines.contains { $0.contains("hidden") }, "\(all.lines)")
            var hidden = 0
            while hidden < 3 { hidden += try await cloud.request("receive", [:]).array.count }
            for command in ["list", "replay", "explain 0.jpeg"] {
                let found = try await run(cloud, nil, command)
                #expect(found.end == .exit(command == "explain 0.jpeg" ? 1 : 0))
                #expect(
                    found.lines.contains { $0.hasPrefix("pixelated: about 3 letters are hidden") },
                    "\(found.lines)")
                #expect(!found.lines.contains("no dead letters"))
            }
            #expect(try await run(cloud, nil, "list --json").lines.contains { $0.contains(#""hidden":3"#) })
            // The same letters are missing in the index of an audit.
            try await cloud.request("allow", ["policy": "iam-policy-audit.json"])
            let audit = try await cloud.pixelated(
                cloud.configuration, name: "audit", verb: "audit",
                arguments: ["s3://\(cloud.stack["source"]?.string ?? "")"])
            #expect(try await audit.end(within: 300) == .exit(0))
            #expect(audit.log.lines.contains { $0.contains("about 3 messages in the dead-letter queue") })

            var policy = Self.policy
            policy["without"] = [.string(Self.countingAction)]
            try await cloud.request("allow", policy)
            let uncounted = try await run(cloud, nil, "list")
            #expect(uncounted.end == .exit(0) && uncounted.lines == ["no dead letters"], "\(uncounted.lines)")
        }
    }

    @Test func `every action of the policy of dead letters is tested`() throws {
        #expect(
            try Project.actions(ofPolicy: "iam-policy-dead-letters.json")
                == Set(Self.actions.map(\.0) + Self.untestable + [Self.countingAction]))
    }
}
