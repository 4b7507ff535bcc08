// SPDX-License-Identifier: Apache-2.0

import Foundation
import Scripted
import Testing

/// Tests of the command `pixelated plan`.
@Suite(.enabled(if: Project.missingPrerequisite == nil, "\(Project.missingPrerequisite ?? "")"))
struct PlanCommandTests {
    private func output(_ arguments: String...) async throws -> (status: ChildProcess.End, lines: [String]) {
        let child = try ChildProcess(
            Project.pixelated, ["plan"] + arguments, environment: ["PATH": "/usr/bin:/bin"])
        let status = try await child.end()
        return (status, child.log.lines)
    }

    private func withFile<Result>(
        _ text: String, _ body: (String) async throws -> Result
    ) async throws -> Result {
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).json")
        try Data(text.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        return try await body(file.path)
    }

    @Test func `the plan measures a picture and uses the prices of a file`() async throws {
        let text = #"{"date": "2026-01", "region": "eu-central-1", "s3.put": 0.001, "ec2.c7i.large.hour": 0}"#
        let (status, lines) = try await withFile(text) {
            try await output("--rate", "8,640,000/day", "--size", "1MP", "--prices", $0, "--json")
        }
        #expect(status == .exit(0))
        let report = try JSON(parsing: Data((lines.last ?? "").utf8))
        #expect(report["priceDate"]?.string == "2026-01" && report["priceRegion"]?.string == "eu-central-1")
        #expect(report["prices"]?["s3.put"]?.number == 0.001)
        let plan = try #require(report["plan"])
        #expect(plan["rate"]?.number == 100 && plan["age"]?.number == 60)
        let cost = try #require(plan["cost"])
        #expect(abs((cost["megapixels"]?.number ?? 0) - 1) < 0.01)
        #expect(cost["outputs"]?.int == 5 && cost["outputBytes"]?.int ?? 0 > 5000)
        // A machine of any kind needs between a tenth of a millisecond and a second for a megapixel.
        let seconds = try #require(cost["engineSeconds"]?.number)
        #expect((0.0001...1).contains(seconds), "\(seconds)")
        let fleet = try #require(plan["fleets"]?.array.first)
        #expect(fleet["replicaPrice"]?.number == 0)
        // Five PUT for 0.001 $, and other requests for a millionth of that.
        #expect(abs((fleet["requestPrice"]?.number ?? 0) - 5000) < 5)
        #expect(plan["bottlenecks"]?.array.count == 7)
    }

    @Test func `the plan prints what is measured and what is assumed`() async throws {
        let (status, lines) = try await output("--rate", "1000000000/day", "--size", "100KB", "--age", "30")
        #expect(status == .exit(0))
        for text in ["processor time of the engine, measured", "EC2 c7g.large", "Lambda with Pillow"] {
            #expect(lines.contains { $0.contains(text) }, "\(text)")
        }
        #expect(lines.contains { $0.hasPrefix("First bottleneck: S3: 3,500 PUT/s") })
        #expect(lines.count { $0.hasPrefix("Assumed: ") } == 4)
    }

    @Test(arguments: [
        (#"{"s3.put": 1, "s4.put": 1}"#, "line 1: s4.put is no price; the names are"),
        (#"{"s3.put": -1}"#, "line 1: s3.put must be 0 to 1000000"),
        (#"{"s3.put": 1e999}"#, "line 1: s3.put must be 0 to 1000000"),
        (#"{"s3.put": "1"}"#, "line 1: s3.put must be a number"), ("[]", "must be a JSON object"),
        ("{", "line 1: "),
    ])
    func `a file with other prices is refused`(text: String, reason: String) async throws {
        let (status, lines) = try await withFile(text) { try await output("--rate", "1", "--prices", $0) }
        #expect(status == .exit(64))
        #expect(lines.contains { $0.contains(reason) }, "\(lines)")
    }

    @Test func `other arguments and files that are no pictures are refused`() async throws {
        for arguments in [
            ["--rate", "0"], ["--rate", "1", "--size", "12"], ["--rate", "1", "--size", "500MP"],
            ["--rate", "1", "--age", "0"], ["--rate", "1", "--size", "1MP", "--picture", "/dev/null"],
        ] {
            let child = try ChildProcess(
                Project.pixelated, ["plan"] + arguments, environment: ["PATH": "/usr/bin:/bin"])
            #expect(try await child.end() == .exit(64), "\(arguments)")
        }
        let (status, lines) = try await output("--rate", "1", "--picture", "/dev/null")
        #expect(status == .exit(1))
        #expect(lines.contains { $0.contains("/dev/null: ") })
    }
}
