// SPDX-License-Identifier: Apache-2.0

import Foundation
import Scripted
import Testing

/// Tests of `pixelated audit` against the local S3 and SQS, with an identity that has only the permissions of
/// `deploy/iam-policy-audit.json`.
@Suite(.enabled(if: Project.missingPrerequisite == nil, "\(Project.missingPrerequisite ?? "")"))
struct AuditCommandTests {
    private static let policy: JSON = ["policy": "iam-policy-audit.json"]

    /// The actions of the policy, and the arguments of an audit that needs each of them.
    static let actions = [
        ("s3:GetObject", ""), ("sqs:ReceiveMessage", ""), ("sqs:SendMessage", "--repair"),
    ]

    /// The actions whose absence the local cloud does not show, or that only end a wait, or that only count
    /// (`DeadLettersCommandTests`).
    static let untestable = ["s3:ListBucket", "sqs:ChangeMessageVisibility", "sqs:GetQueueAttributes"]

    /// Runs an audit and returns its exit status and its lines.
    private func audit(
        _ cloud: LocalCloud, _ arguments: String...
    ) async throws -> (end: ChildProcess.End, lines: [String]) {
        let source = cloud.stack["source"]?.string ?? ""
        let child = try await cloud.pixelated(
            cloud.configuration, name: "audit", verb: "audit", arguments: ["s3://\(source)"] + arguments)
        return (try await child.end(within: 900), child.log.lines)
    }

    /// Uploads pictures, pixelates them all, and stops the daemon.
    private func prepare(_ cloud: LocalCloud, count: Int) async throws -> [String] {
        let picture = try await cloud.paint(64, 48)
        let keys = (0..<count).map { "\($0 % 3 == 0 ? "" : "folder é/")picture \($0).jpeg" }
        for key in keys { try await cloud.put(key, path: picture) }
        let daemon = try await cloud.pixelated()
        try await cloud.outputs(of: keys)
        try await cloud.waitUntilEmpty()
        try await daemon.stop()
        return keys
    }

    @Test func `an audit names what is missing or stale, and a repair makes just that`() async throws {
        try await LocalCloud.run { cloud in
            let keys = try await prepare(cloud, count: 45)
            let source = cloud.stack["source"]?.string ?? ""
            try await cloud.request("allow", Self.policy)
            let clean = try await audit(cloud)
            #expect(clean.end == .exit(0), "\(clean.lines)")
            #expect(clean.lines.contains { $0.hasPrefix("45 sources: 45 complete, 0 missing, 0 stale") })

            let other = try await cloud.paint(48, 64, seed: 3)
            for key in keys[0..<6] { try await cloud.put(key, path: other) }
            let outputs = try await cloud.processed()
            let lost = outputs.filter {
                $0.hasSuffix("picture 10.jpeg") || $0.hasSuffix("32x32-picture 11.jpeg")
            }
            for key in lost {
                try await cloud.request("delete", ["key": .string(key), "bucket": "processed"])
            }
            try await cloud.put("broken.jpeg", text: "This is no picture.")
            try await cloud.request("delete", ["key": "picture 30.jpeg"])
            // The daemon stores the failure, and then all events are lost.
            try await cloud.request("allow")
            try await cloud.request("purge")
            try await cloud.put("broken.jpeg", text: "This is no picture.")
            let daemon = try await cloud.pixelated()
            try await cloud.request("waiting", ["count": 1, "within": 60, "queue": "deadLetterQueueURL"])
            try await daemon.stop()

            try await cloud.request("allow", Self.policy)
            let found = try await audit(cloud)
            #expect(found.end == .exit(1))
            let expected =
                keys[0..<6].map { "stale  s3://\(source)/\($0)  source-changed" } + [
                    "missing  s3://\(source)/folder é/picture 10.jpeg  5 outputs",
                    "missing  s3://\(source)/folder é/picture 11.jpeg  1 output",
                    "set-aside  s3://\(source)/broken.jpeg  not-an-image",
                ]
                + [8, 16, 32, 48, 64].map {
                    "orphan  s3://\(cloud.stack["processed"]?.string ?? "")/pixelated-\($0)x\($0)-picture 30.jpeg"
                }
            let kinds = ["stale", "missing", "set-aside", "orphan"]
            #expect(
                Set(found.lines.filter { line in kinds.contains { line.hasPrefix("\($0)  ") } })
                    == Set(expected))

            let counted = try await audit(cloud, "--repair", "--dry-run")
            #expect(counted.end == .exit(1))
            #expect(try await cloud.counts().visible == 0)
            let repaired = try await audit(cloud, "--repair")
            #expect(repaired.end == .exit(0) && repaired.lines.contains("8 events sent"), "\(repaired.lines)")

            try await cloud.request("allow")
            let uploads = try await uploads(cloud)
            let again = try await cloud.pixelated()
            try await cloud.waitUntilEmpty()
            try await again.stop()
            // Six sources with five outputs each, five outputs, and one.
            #expect(try await self.uploads(cloud) - uploads == 36)
            try await cloud.request("allow", Self.policy)
            let end = try await audit(cloud)
            #expect(end.end == .exit(0), "\(end.lines)")
        }
    }

    /// The number of sources of the tests of a bucket with lost events.
    static let sources = Int(ProcessInfo.processInfo.environment["PIXELATOR_AUDIT_SOURCES"] ?? "") ?? 100

    @Test func `lost events are found and repaired by an audit that is killed every two seconds`()
        async throws
    {
        try await repairLostEvents(nil)
    }

    @Test(.enabled(if: Store.ceph.missingPrerequisite == nil, "\(Store.ceph.missingPrerequisite ?? "")"))
    func `lost events are found in Ceph and repaired by an audit that is killed every two seconds`()
        async throws
    {
        try await repairLostEvents(.ceph)
    }

    /// Overwrites 6 % of the sources and deletes an output of 4 %, all without events, and repairs them.
    private func repairLostEvents(_ store: Store?) async throws {
        try await LocalCloud.run(store: store) { cloud in
            let keys = (0..<Self.sources).map { "album \($0 % 7)/picture \($0).jpeg" }
            try await putAll(cloud, keys, try await cloud.paint(64, 48))
            let first = try await cloud.pixelated()
            try await cloud.outputs(of: keys, within: 1800)
            try await cloud.waitUntilEmpty()
            try await first.stop()

            let (stale, incomplete) = (keys[..<(keys.count * 6 / 100)], keys.suffix(keys.count * 4 / 100))
            try await putAll(cloud, Array(stale), try await cloud.paint(48, 64, seed: 3))
            let lost = incomplete.enumerated().map { index, key in
                let name = key.split(separator: "/")
                let size = [8, 16, 32, 48, 64][index % 5]
                return "\(name[0])/pixelated-\(size)x\(size)-\(name[1])"
            }
            try await cloud.request(
                "delete_all", ["keys": .array(lost.map { .string($0) }), "bucket": "processed"])
            try await cloud.request("purge")

            try await cloud.request("allow", Self.policy)
            let source = cloud.stack["source"]?.string ?? ""
            let found = try await audit(cloud)
            #expect(found.end == .exit(1))
            let kinds = ["stale", "missing", "set-aside", "orphan"]
            #expect(
                Set(found.lines.filter { line in kinds.contains { line.hasPrefix("\($0)  ") } })
                    == Set(
                        stale.map { "stale  s3://\(source)/\($0)  source-changed" }
                            + incomplete.map { "missing  s3://\(source)/\($0)  1 output" }))

            let file = cloud.directory.appending(path: "checkpoint").path
            let rate = max(1, (stale.count + incomplete.count) / 8)
            let kills = try await repairWithKills(cloud, "--rate", "\(rate)", "--checkpoint", file)
            #expect(kills > 0)

            try await cloud.request("allow")
            let uploads = try await uploads(cloud)
            let second = try await cloud.pixelated()
            try await cloud.waitUntilEmpty(within: 600)
            try await second.stop()
            #expect(try await self.uploads(cloud) - uploads == 5 * stale.count + incomplete.count)
            try await cloud.request("allow", Self.policy)
            let end = try await audit(cloud)
            #expect(end.end == .exit(0), "\(end.lines)")
            #expect(
                end.lines.contains {
                    $0.hasPrefix("\(keys.count) sources: \(keys.count) complete, 0 missing, 0 stale")
                }, "\(end.lines)")
        }
    }

    /// Runs repairs, each until it ends or for two seconds, until one ends. Returns the number of those killed.
    private func repairWithKills(_ cloud: LocalCloud, _ arguments: String...) async throws -> Int {
        let source = cloud.stack["source"]?.string ?? ""
        var kills = 0
        while true {
            let child = try await cloud.pixelated(
                cloud.configuration, name: "audit", verb: "audit",
                arguments: ["s3://\(source)", "--repair"] + arguments)
            if let end = try? await child.end(within: 2) {
                #expect(end == .exit(0), "\(child.log.lines)")
                return kills
            }
            child.signal(SIGKILL)
            _ = try await child.end()
            kills += 1
            try #require(kills < 300)
        }
    }

    private func putAll(_ cloud: LocalCloud, _ keys: [String], _ path: String) async throws {
        try await cloud.request(
            "put_all", ["keys": .array(keys.map { .string($0) }), "path": .string(path)])
    }

    @Test func `a repair that is killed again and again sends an event for each source`() async throws {
        try await LocalCloud.run { cloud in
            let picture = try await cloud.paint(32, 24)
            try await putAll(cloud, (0..<200).map { "picture \($0).jpeg" }, picture)
            try await cloud.request("purge")
            try await cloud.request("allow", Self.policy)
            let file = cloud.directory.appending(path: "checkpoint").path
            let kills = try await repairWithKills(cloud, "--rate", "100", "--checkpoint", file)
            #expect(kills > 0 && !FileManager.default.fileExists(atPath: file))
            // A process that continues does not read the dead-letter queue again.
            let receives = try await cloud.request("requests", ["proxy": "sqs"]).array
                .count { $0["target"]?.string == "AmazonSQS.ReceiveMessage" }
            #expect((1...kills).contains(receives), "\(receives) receives, \(kills) kills")
            try await cloud.request("allow")
            let daemon = try await cloud.pixelated()
            try await cloud.waitUntilEmpty(within: 120)
            try await daemon.stop()
            #expect(try await uploads(cloud) == 1000)
            try await cloud.request("allow", Self.policy)
            #expect(try await audit(cloud).end == .exit(0))
        }
    }

    /// Returns the number of uploads that were stored since the start of the cloud. When two messages about one source
    /// are processed at once, the condition of the later uploads is not fulfilled.
    private func uploads(_ cloud: LocalCloud) async throws -> Int {
        try await cloud.request("requests", ["proxy": "s3"]).array
            .count { $0["method"]?.string == "PUT" && $0["status"]?.int == 200 }
    }

    @Test(arguments: actions)
    func `an audit names an action that is not allowed`(_ action: (String, String)) async throws {
        try await LocalCloud.run { cloud in
            _ = try await prepare(cloud, count: 1)
            try await cloud.put("new.jpeg", path: try await cloud.paint(32, 24))
            var policy = Self.policy
            policy["without"] = [.string(action.0)]
            try await cloud.request("allow", policy)
            let found = try await audit(cloud, action.1.isEmpty ? "--json" : action.1)
            #expect(found.end == .exit(77), "\(found.lines)")
            #expect(found.lines.contains { $0.contains(action.0) }, "\(found.lines)")
        }
    }

    @Test func `an audit of nothing says so, and wrong files and settings are lasting errors`()
        async throws
    {
        try await LocalCloud.run { cloud in
            try await cloud.request("allow", Self.policy)
            let nothing = try await audit(cloud)
            #expect(nothing.end == .exit(0))
            #expect(
                nothing.lines.contains("pixelated: no object is listed; check the bucket and the prefix"),
                "\(nothing.lines)")
            let file = cloud.directory.appending(path: "checkpoint").path
            try Data("no checkpoint".utf8).write(to: URL(filePath: file))
            let refused = try await audit(cloud, "--checkpoint", file)
            #expect(refused.end == .exit(78), "\(refused.lines)")
            #expect(refused.lines.contains { $0.contains("remove it to begin anew") })
            // The workers would store each event in the quarantine.
            var configuration = cloud.configuration
            configuration.set("filter", "buckets", to: ["another"])
            let child = try await cloud.pixelated(
                configuration, name: "audit", verb: "audit --repair",
                arguments: ["s3://\(cloud.stack["source"]?.string ?? "")"])
            #expect(try await child.end() == .exit(78))
            #expect(child.log.lines.contains { $0.contains("filter.buckets") }, "\(child.log.lines)")
        }
    }

    @Test func `an option that needs --repair is refused without it`() async throws {
        for options in [["--rate", "50"], ["--dry-run"]] {
            let child = try ChildProcess(
                Project.pixelated, ["audit", "s3://sources"] + options, environment: [:])
            #expect(try await child.end() == .exit(64))
            #expect(child.log.lines.contains { $0.contains("--repair") }, "\(child.log.lines)")
        }
    }

    @Test func `the memory of an audit does not depend on the number of objects`() async throws {
        func peak(_ sources: Int) async throws -> Int {
            let server = try ChildProcess(
                Project.python,
                [
                    Project.root.appending(path: "Tests/EndToEndTests/Tools/listing_server.py").path,
                    "\(sources)", "100",
                ], environment: ["PATH": "/usr/bin:/bin"])
            defer { server.signal(SIGKILL) }
            let port = try await server.log.line(within: 30, "port") { Int($0) != nil }
            let endpoint = "http://127.0.0.1:\(port)"
            let settings = [
                "output.bucket=outputs", "queue.url=\(endpoint)/1/queue", "aws.endpoints.s3=\(endpoint)",
                "aws.endpoints.pathStyle=true", "region=eu-west-1",
            ]
            // The maximum resident set size is that of all ended children of the shell.
            let child = try ChildProcess(
                Project.python,
                [
                    "-c",
                    "import resource, subprocess, sys; subprocess.run(sys.argv[1:]); "
                        + "print('peak', resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)",
                    Project.pixelated.path, "audit", "s3://sources", "--fast",
                ] + settings.flatMap { ["--set", $0] },
                environment: ["AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret"])
            _ = try await child.end(within: 300)
            #expect(
                child.log.lines.contains {
                    $0.hasPrefix("\(sources) sources: \(sources / 100 * 99) complete")
                })
            let line = try #require(child.log.lines.last { $0.hasPrefix("peak ") })
            return try #require(Int(line.dropFirst(5)))
        }
        // All windows are full after 24 pages of 1000 objects.
        let (few, many) = (try await peak(10_000), try await peak(30_000))
        #expect(many - few < 4_000, "\(few) KiB for 10,000 sources, \(many) KiB for 30,000")
    }

    @Test func `every action of the policy of audits is tested`() throws {
        #expect(
            try Project.actions(ofPolicy: "iam-policy-audit.json")
                == Set(Self.actions.map(\.0) + Self.untestable))
    }
}
