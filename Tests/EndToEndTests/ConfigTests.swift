// SPDX-License-Identifier: Apache-2.0

import Foundation
import Scripted
import Testing

/// Tests of the commands `pixelated config show` and `pixelated config schema`.
@Suite(.enabled(if: Project.missingPrerequisite == nil, "\(Project.missingPrerequisite ?? "")"))
struct ConfigTests {
    private static let folder = FileManager.default.temporaryDirectory

    /// Runs `pixelated config` with a configuration file, and returns its exit status and its lines.
    private func config(
        _ arguments: String..., file: String = "{}", environment: [String: String] = [:]
    ) async throws -> (end: ChildProcess.End, lines: [String]) {
        let path = Self.folder.appending(path: "\(UUID().uuidString).json")
        try Data(file.utf8).write(to: path)
        defer { try? FileManager.default.removeItem(at: path) }
        let child = try ChildProcess(
            Project.pixelated, ["config"] + arguments,
            environment: ["PATH": "/usr/bin:/bin", "PIXELATED_CONFIG": path.path].merging(environment) { $1 })
        let end = try await child.end()
        return (end, child.log.lines.map { $0.replacing(path.path, with: "FILE") })
    }

    @Test func `config show names the source of each value and hides secrets`() async throws {
        let file = """
            {
              "$schema": "./config.schema.json",
              "queue": { "url": "https://user:password@sqs.eu-west-1.amazonaws.com/1/q?X-Signature=abc" },
              "output": {
                "bucket": "processed"
              },
              "aws": { "buckets": { "b": { "roleARN": "arn:aws:iam::123456789012:role/r", "externalID": "id" } } }
            }
            """
        let shown = try await config(
            "show", "queue.waitSeconds", "output.bucket", "log", "aws.buckets", "--set", "log.level=debug",
            file: file.replacing("user:password@", with: "").replacing("?X-Signature=abc", with: ""),
            environment: ["PIXELATED_QUEUE_WAIT_SECONDS": "7"])
        #expect(shown.end == .exit(0))
        #expect(
            shown.lines.map { $0.split(separator: /[ ]{2,}/).map(String.init) } == [
                ["setting", "source", "value"],
                ["queue.waitSeconds", "PIXELATED_QUEUE_WAIT_SECONDS", "7"],
                ["output.bucket", "FILE:5", "\"processed\""],
                [
                    "aws.buckets", "FILE:7",
                    #"{"b": {"expectedOwner": null, "roleARN": "arn:aws:iam::123456789012:role/r", "#
                        + #""externalID": "…", "requesterPays": false}}"#,
                ],
                ["log.level", "--set", "\"debug\""], ["log.pictures", "default", "\"all\""],
                ["log.format", "default", "\"automatic\""],
            ])

        // The invalid URL is shown without its secrets, as a value and in the problem.
        let invalid = try await config("show", "--json", "queue.url", file: file)
        #expect(invalid.end == .exit(78))
        #expect(!invalid.lines.joined().contains("password") && !invalid.lines.joined().contains("abc"))
        let entry = try JSON(parsing: Data(try #require(invalid.lines.first { $0.hasPrefix("{") }).utf8))
        #expect(
            entry["source"] == "file" && entry["place"] == "FILE:3"
                && entry["environment"] == "PIXELATED_QUEUE_URL" && entry["reloads"] == false)
        #expect(invalid.lines.contains { $0.hasPrefix("pixelated: FILE:3: queue.url: must be") })
    }

    @Test func `config show prints only what differs from the defaults, or explains settings`() async throws {
        let file = #"{"log": {"level": "info"}, "output": {"bucket": "processed"}}"#
        let changed = try await config("show", "--changed", file: file)
        #expect(changed.lines.map { $0.prefix { $0 != " " } } == ["setting", "output.bucket"])
        let explained = try await config("show", "--explain", "output.bucket", file: file)
        #expect(
            explained.lines == [
                "output.bucket = \"processed\"  (FILE:1)",
                "    Bucket for the outputs, or the ARN of an S3 access point.",
                "    PIXELATED_OUTPUT_BUCKET",
            ])
        let unknown = try await config("show", "output.buckett")
        #expect(unknown.end == .exit(64))
        #expect(unknown.lines.contains { $0.contains("did you mean output.bucket?") })
    }

    /// Configurations that are invalid, and the paths of the values with the violated rules of the schema.
    private static let broken = [
        (#"{"queues": {}}"#, "$ (additionalProperties)"),
        (#"{"queue": {"waitSecond": 1}}"#, "$.queue (additionalProperties)"),
        (#"{"queue": {"waitSeconds": "5"}}"#, "$.queue.waitSeconds (type)"),
        (#"{"queue": {"waitSeconds": 21}}"#, "$.queue.waitSeconds (maximum)"),
        (#"{"queue": {"visibilitySeconds": 2}}"#, "$.queue.visibilitySeconds (minimum)"),
        (#"{"network": {"maxConnectionsPerHost": 4097}}"#, "$.network.maxConnectionsPerHost (maximum)"),
        (#"{"pixelation": {"sizes": [8, 257]}}"#, "$.pixelation.sizes[1] (maximum)"),
        (#"{"pixelation": {"formats": ["jpeg", "exe"]}}"#, "$.pixelation.formats[1] (enum)"),
        (#"{"pixelation": {"background": "white"}}"#, "$.pixelation.background (pattern)"),
        (#"{"log": {"level": "loud"}}"#, "$.log.level (enum)"),
        (#"{"output": {"acl": "public"}}"#, "$.output.acl (enum)"),
        (#"{"output": {"tags": {"a": 1}}}"#, "$.output.tags.a (type)"),
        (#"{"worker": {"policy": {"corrupt": "forget"}}}"#, "$.worker.policy.corrupt (enum)"),
        (#"{"worker": {"policy": {"corupt": "retry"}}}"#, "$.worker.policy (enum)"),
        (#"{"aws": {"buckets": {"b": {"owner": "1"}}}}"#, "$.aws.buckets.b (additionalProperties)"),
        (#"{"aws": {"timeouts": {"connectSeconds": 0}}}"#, "$.aws.timeouts.connectSeconds (minimum)"),
        (#"{"$schema": 1}"#, "$['$schema'] (type)"),
        ("[]", "$ (type)"),
    ]

    @Test func `the schema accepts the examples and refuses configurations that are invalid`() async throws {
        let schema = try await config("schema")
        #expect(schema.end == .exit(0))
        let folder = Self.folder.appending(path: UUID().uuidString)
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let schemaFile = folder.appending(path: "schema.json")
        try Data(schema.lines.joined(separator: "\n").utf8).write(to: schemaFile)
        let examples = [
            "config.example.json", "deploy/debian/config.json", "deploy/kubernetes/config.json",
        ].map { Project.root.appending(path: $0).path }
        var files: [String] = []
        for (index, configuration) in Self.broken.map(\.0).enumerated() {
            let file = folder.appending(path: "\(index).json")
            try Data(configuration.utf8).write(to: file)
            files.append(file.path)
            let end = try await config("show", file: configuration).end
            #expect(end == .exit(78), "the program accepts \(configuration)")
        }
        let tool = Project.root.appending(path: "Tests/EndToEndTests/Tools/validate.py").path
        let validator = try ChildProcess(
            Project.python, [tool, schemaFile.path] + examples + files, environment: ["PATH": "/usr/bin:/bin"]
        )
        #expect(try await validator.end() == .exit(0), "\(validator.log.lines)")
        #expect(validator.log.lines == examples.map { _ in "valid" } + Self.broken.map(\.1))
    }
}
