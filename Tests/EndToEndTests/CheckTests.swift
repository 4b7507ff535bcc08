// SPDX-License-Identifier: Apache-2.0

import Foundation
import Scripted
import Testing

/// Tests of the findings of `pixelated check`, of which each is mended by the commands and settings that it names.
@Suite(.enabled(if: Project.missingPrerequisite == nil, "\(Project.missingPrerequisite ?? "")"))
struct CheckTests {
    /// The findings that depend on the machine of the test.
    private static let ofMachine: Set = ["format-unreadable", "isolation-incomplete"]

    /// Runs a check, and returns its findings with the exit status.
    private func check(
        _ cloud: LocalCloud, _ configuration: JSON? = nil, secret: String? = nil, _ arguments: String...
    ) async throws -> (findings: [JSON], end: ChildProcess.End) {
        let check = try await cloud.pixelated(
            configuration, secret: secret, name: "check", verb: "check --json", arguments: arguments)
        let end = try await check.end()
        return (try Self.findings(check), end)
    }

    private static func findings(_ check: ChildProcess) throws -> [JSON] {
        try check.log.lines.filter { $0.hasPrefix("{") }.map { try JSON(parsing: Data($0.utf8)) }
    }

    /// Returns the codes of the findings that are not of the class `ok`.
    private static func faults(_ findings: [JSON]) -> Set<String> {
        Set(findings.filter { $0["class"]?.string != "ok" }.compactMap { $0["code"]?.string })
            .subtracting(ofMachine)
    }

    private static func texts(_ findings: [JSON]) -> [String: String] {
        Dictionary(
            findings.map { ($0["code"]?.string ?? "", $0["text"]?.string ?? "") }
        ) { first, _ in first }
    }

    /// Runs the commands of all findings in their order, each line once, as the root user of the local account, and
    /// then a check in the same shell with the settings of all findings.
    ///
    /// - Parameter arguments: The arguments of the check.
    private func mend(
        _ cloud: LocalCloud, _ configuration: JSON, _ findings: [JSON], _ arguments: [String]
    ) async throws -> (findings: [JSON], end: ChildProcess.End) {
        var commands: [String] = []
        for command in findings.flatMap({ $0["commands"]?.array ?? [] }).compactMap(\.string)
        where !commands.contains(command) {
            commands.append(command)
        }
        let settings = findings.flatMap { finding in
            (finding["settings"]?.object ?? [:]).compactMap { path, value in
                value.string.map { "\(path)=\($0)" }
            }
        }
        let aws = Project.python.deletingLastPathComponent().appending(path: "aws").path
        let script = cloud.directory.appending(path: "mend.sh").path
        let lines =
            [
                "set -e",
                "aws() { AWS_ACCESS_KEY_ID=test AWS_SECRET_ACCESS_KEY=test '\(aws)' \"$@\" > /dev/null; }",
            ] + commands + ["exec \"$@\""]
        try Data((lines.joined(separator: "\n") + "\n").utf8).write(to: URL(filePath: script))
        let check = try await cloud.pixelated(
            configuration, name: "mended",
            verb: "--nofile=200:4096 /bin/bash \(script) \(Project.pixelated.path) check --json",
            program: URL(filePath: "/usr/bin/prlimit"),
            arguments: arguments + settings.sorted().flatMap { ["--set", $0] })
        let end = try await check.end()
        let after = try Self.findings(check)
        if after.isEmpty { throw TestError("\(check.log.lines)") }
        return (after, end)
    }

    @Test func `twelve faults are named, and the commands and settings of the findings mend them`()
        async throws
    {
        try await LocalCloud.run(["visibility": 5, "max_receives": 2]) { cloud in
            let second = try await cloud.request("second_source").string ?? ""
            try await cloud.request("allow", ["more": ["iam-policy-check.json"], "also": ["s3:Get*"]])
            try await cloud.request(
                "notification",
                [
                    "configurations": [
                        ["events": ["s3:ObjectCreated:*"], "filter": ["prefix": "photos/"]]
                    ]
                ])
            let closed: JSON = [
                "Version": "2012-10-17",
                "Statement": [
                    [
                        "Effect": "Allow", "Principal": ["Service": "s3.amazonaws.com"],
                        "Action": "sqs:SendMessage",
                        "Resource": "*", "Condition": ["ArnLike": ["aws:SourceArn": "arn:aws:s3:::another"]],
                    ]
                ],
            ]
            try await cloud.request(
                "attributes", ["attributes": ["KmsMasterKeyId": "alias/aws/sqs", "Policy": closed]])
            try await cloud.request(
                "attributes",
                ["queue": "deadLetterQueueURL", "attributes": ["MessageRetentionPeriod": "3600"]])
            try await cloud.request("versioning", ["status": "Enabled"])
            try await cloud.request(
                "lifecycle",
                [
                    "rules": [
                        [
                            "ID": "keep", "Status": "Enabled", "Filter": ["Prefix": "other/"],
                            "Expiration": ["Days": 7],
                        ]
                    ]
                ])
            var configuration = cloud.configuration
            let source = cloud.stack["source"]?.string ?? ""
            configuration.set("filter", "buckets", to: .array([.string(source), .string(second)]))
            configuration.set("filter", "include", to: ["pictures/*"])
            configuration.set("queue", "visibilitySeconds", to: 10)
            configuration.set("worker", "memoryBytes", to: .number(Double(1 << 45)))
            configuration.set("output", "acl", to: "public-read")
            let before = try await cloud.pixelated(
                configuration, name: "broken",
                verb: "--nofile=200:4096 \(Project.pixelated.path) check --json",
                program: URL(filePath: "/usr/bin/prlimit"))
            #expect(try await before.end() == .exit(78))
            let findings = try Self.findings(before)
            let faults: Set = [
                "visibility-timeout-short", "redrive-count-low", "queue-encryption", "queue-policy-closed",
                "dead-letter-retention-short", "filter-contradiction", "notification-missing",
                "versions-kept",
                "output-acl-refused", "heartbeat-late", "memory-short", "descriptors-short",
            ]
            #expect(faults.count == 12)
            #expect(Self.faults(findings) == faults)
            let after = try await mend(cloud, configuration, findings, [])
            #expect(Self.faults(after.findings).isEmpty, "\(after.findings)")
            #expect(after.end == .exit(0))
            // The rule that was there before is kept.
            let rules = try await cloud.request("lifecycle_rules").array
            #expect(rules.compactMap { $0["ID"]?.string } == ["keep", "pixelated-noncurrent-versions"])
        }
    }

    @Test func `a queue without policies and a bucket without a notification are mended in one pass`()
        async throws
    {
        try await LocalCloud.run { cloud in
            try await cloud.request("notification", ["configurations": []])
            try await cloud.request("attributes", ["attributes": ["RedrivePolicy": "", "Policy": ""]])
            try await cloud.request(
                "attributes",
                ["queue": "deadLetterQueueURL", "attributes": ["MessageRetentionPeriod": "3600"]])
            try await cloud.request("allow", ["more": ["iam-policy-check.json"]])
            let source = ["--source", "s3://\(cloud.stack["source"]?.string ?? "")"]
            let found = try await check(cloud, nil, source[0], source[1])
            let faults: Set = [
                "redrive-missing", "dead-letter-retention-short", "queue-policy", "notification-missing",
            ]
            #expect(Self.faults(found.findings) == faults, "\(found.findings)")
            // The bucket accepts the notification after the policy of the queue.
            let after = try await mend(cloud, cloud.configuration, found.findings, source)
            #expect(
                Self.faults(after.findings).subtracting(["descriptors-short"]).isEmpty, "\(after.findings)")
        }
    }

    /// A fault of the setup, with the code of its finding.
    enum Fault: String, CaseIterable {
        case redrive = "redrive-missing"
        case otherQueue = "dead-letter-queue-differs"
        case events = "notification-events-missing"
        case gap = "filter-gap"
        case loop = "output-loop"
        case probe = "probe-left"
    }

    @Test(arguments: Fault.allCases)
    func `a fault is named, and the commands and settings of its finding mend it`(_ fault: Fault) async throws
    {
        try await LocalCloud.run { cloud in
            var configuration = cloud.configuration
            try await cloud.request("allow", ["more": ["iam-policy-check.json"], "also": ["s3:*"]])
            switch fault {
            case .redrive: try await cloud.request("attributes", ["attributes": ["RedrivePolicy": ""]])
            case .otherQueue:
                configuration.set(
                    "queue", "deadLetterURL", to: try await cloud.request("queue", ["name": "others"]))
                try await cloud.request(
                    "allow", ["more": ["iam-policy-check.json"], "also": ["s3:*", "sqs:GetQueueAttributes"]])
            case .events:
                try await cloud.request(
                    "notification",
                    [
                        "configurations": [
                            [
                                "events": ["s3:ObjectCreated:Put", "s3:ObjectRemoved:*"],
                                "filter": ["suffix": ".jpg"],
                            ]
                        ]
                    ])
            case .gap:
                try await cloud.request(
                    "notification",
                    [
                        "configurations": [
                            ["events": ["s3:ObjectCreated:*"], "filter": ["prefix": "photos/a/"]]
                        ]
                    ])
                configuration.set("filter", "include", to: ["photos/a/*", "photos/b/*.jpg"])
            case .loop: configuration.set("output", "bucket", to: cloud.stack["source"] ?? .null)
            case .probe:
                try await cloud.request("versioning", ["status": "Enabled"])
                try await cloud.request(
                    "lifecycle",
                    [
                        "rules": [
                            [
                                "ID": "all", "Status": "Enabled", "Filter": ["Prefix": ""],
                                "NoncurrentVersionExpiration": ["NoncurrentDays": 1],
                            ]
                        ]
                    ])
                try await cloud.request(
                    "allow",
                    [
                        "more": ["iam-policy-check.json"],
                        "without": ["s3:DeleteObject", "s3:DeleteObjectVersion"],
                    ])
            }
            let source = "s3://\(cloud.stack["source"]?.string ?? "")"
            let writes = fault == .probe ? ["--write"] : []
            let before = try await cloud.pixelated(
                configuration, name: "check", verb: "check --json --strict",
                arguments: ["--source", source] + writes)
            #expect(try await before.end() == .exit(1))
            let findings = try Self.findings(before)
            #expect(Self.faults(findings) == [fault.rawValue], "\(findings)")
            let kept = try await cloud.processed()
            #expect(kept.count == (fault == .probe ? 1 : 0))
            let after = try await mend(
                cloud, configuration, findings.filter { $0["code"]?.string == fault.rawValue },
                ["--source", source])
            #expect(
                Self.faults(after.findings).subtracting(["descriptors-short"]).isEmpty, "\(after.findings)")
            #expect(after.end == .exit(0))
            #expect(try await cloud.processed().isEmpty)
            if fault == .events {
                let queue = try await cloud.request("notifications").array.first
                #expect(queue?["Events"] == ["s3:ObjectCreated:*", "s3:ObjectRemoved:*"])
                #expect("\(String(describing: queue))".contains(".jpg"))
            }
        }
    }

    static let actions = [
        "s3:GetBucketNotification", "s3:GetBucketOwnershipControls", "s3:GetBucketVersioning",
        "s3:GetLifecycleConfiguration", "s3:DeleteObject", "s3:DeleteObjectVersion",
    ]

    @Test(arguments: actions)
    func `an action of iam-policy-check.json that is not allowed makes no failure and is named`(
        _ action: String
    ) async throws {
        try await LocalCloud.run(["versioned": true]) { cloud in
            var configuration = cloud.configuration
            configuration.set("output", "acl", to: "private")
            try await cloud.request(
                "allow",
                [
                    "more": ["iam-policy-check.json"], "without": [.string(action)],
                    "also": ["s3:PutObjectAcl", "s3:PutBucketOwnershipControls"],
                ])
            try await cloud.request("ownership", ["ownership": "BucketOwnerPreferred"])
            // Without versions, S3 asks for the permission to delete an object.
            if action == "s3:DeleteObject" { try await cloud.request("versioning", ["status": "Suspended"]) }
            let source = "s3://\(cloud.stack["source"]?.string ?? "")"
            let found = try await check(cloud, configuration, "--source", source, "--write")
            #expect(found.end == .exit(0))
            let named = found.findings.filter { finding in
                finding["class"]?.string != "ok"
                    && ["text", "remedy"].contains { finding[$0]?.string?.contains(action) == true }
            }
            #expect(named.count == 1, "\(found.findings)")
            #expect(named.first?["class"]?.string == (action.contains("Delete") ? "warning" : "unknown"))
        }
    }

    @Test func `every action of iam-policy-check.json is tested`() throws {
        #expect(try Project.actions(ofPolicy: "iam-policy-check.json") == Set(Self.actions))
    }

    @Test func `the check stores its object with the options of outputs and deletes it`() async throws {
        try await LocalCloud.run { cloud in
            var configuration = cloud.configuration
            configuration.set("output", "tags", to: ["kind": "mosaic"])
            configuration.set("output", "serverSideEncryption", to: "AES256")
            try await cloud.request("allow", ["more": ["iam-policy-check.json"]])
            var refusing = configuration
            refusing.set("output", "acl", to: "public-read")
            let refused = try await check(cloud, refusing, "--write")
            #expect(refused.end == .exit(78))
            let text = Self.texts(refused.findings)["probe-refused"]
            #expect(text?.contains("AccessControlListNotSupported") == true)
            let found = try await check(cloud, configuration, "--write")
            #expect(found.end == .exit(0))
            #expect(Self.texts(found.findings)["probe"]?.hasSuffix("stored and deleted") == true)
            #expect(try await cloud.processed().isEmpty)
            let puts = try await cloud.request("requests", ["proxy": "s3"]).array.filter {
                $0["path"]?.string?.contains("pixelated-8x8-pixelated-check-") == true
            }
            let methods = puts.compactMap { $0["method"]?.string }
            #expect(methods.contains("DELETE"))
        }
    }

    @Test func `the check reports an invalid secret key for queue and bucket`() async throws {
        try await LocalCloud.run { cloud in
            let found = try await check(cloud, secret: "not/the+secret")
            #expect(found.end != .exit(0))
            let texts = Self.texts(found.findings)
            for code in ["queue-inaccessible", "output-inaccessible"] {
                let text = texts[code] ?? ""
                for part in ["invalid-credentials", "SignatureDoesNotMatch", "check the access key"] {
                    #expect(text.contains(part), "\(texts)")
                }
                #expect(!text.contains("access-denied") && !text.contains("policies"), "\(texts)")
            }
        }
    }

    @Test func `the check names the IAM action that is not allowed`() async throws {
        try await LocalCloud.run { cloud in
            try await cloud.request("allow", ["without": ["s3:GetObject"]])
            let found = try await check(cloud)
            #expect(found.end == .exit(77))
            let text = Self.texts(found.findings)["output-inaccessible"] ?? ""
            for part in ["access-denied", "s3:GetObject"] { #expect(text.contains(part), "\(text)") }
        }
    }

    @Test func `the check reports a bucket that does not exist`() async throws {
        try await LocalCloud.run { cloud in
            var configuration = cloud.configuration
            configuration.set("output", "bucket", to: "no-such-bucket-anywhere")
            try await cloud.request("allow", ["also": ["s3:*"]])
            let found = try await check(cloud, configuration, "--source", "s3://no-such-source")
            #expect(found.end == .exit(69))
            let texts = Self.texts(found.findings)
            for (code, bucket) in [
                ("output-inaccessible", "no-such-bucket-anywhere"), ("source-missing", "no-such-source"),
            ] {
                for part in ["no-such-bucket", bucket] {
                    #expect(texts[code]?.contains(part) == true, "\(texts)")
                }
            }
        }
    }

    @Test func `an outage of the queue is tolerated on request, and a missing bucket is not`() async throws {
        try await LocalCloud.run { cloud in
            let port = try LoopbackClosedPort()
            var configuration = cloud.configuration
            configuration.set("aws", "endpoints", "sqs", to: .string("http://127.0.0.1:\(port.port)"))
            #expect(try await check(cloud, configuration).end == .exit(75))
            #expect(try await check(cloud, configuration, "--tolerate-outages").end == .exit(0))
            configuration.set("output", "bucket", to: "no-such-bucket-anywhere")
            try await cloud.request("allow", ["also": ["s3:*"]])
            #expect(try await check(cloud, configuration, "--tolerate-outages").end == .exit(69))
        }
    }

    @Test func `the text of a check has the class, the code and the remedy of each finding`() async throws {
        try await LocalCloud.run { cloud in
            try await cloud.request("attributes", ["attributes": ["RedrivePolicy": ""]])
            let check = try await cloud.pixelated(name: "check", verb: "check")
            #expect(try await check.end() == .exit(0))
            let lines = check.log.lines
            #expect(lines.first == "configuration: ok")
            let begin = lines.firstIndex { $0.hasPrefix("warning: redrive-missing: ") } ?? 0
            #expect(lines[begin...].dropFirst().first?.hasPrefix("    why: ") == true, "\(lines)")
            #expect(lines[begin...].dropFirst(2).first?.hasPrefix("    remedy: ") == true)
            #expect(lines[begin...].dropFirst(3).first?.hasPrefix("        aws sqs ") == true)
            #expect(lines.contains { $0.hasPrefix("unknown: source: ") })
            #expect(lines.last?.contains(" 0 failure, ") == true)
        }
    }
}
