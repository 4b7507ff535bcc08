// SPDX-License-Identifier: Apache-2.0

import Foundation
import Scripted
import Testing

/// The program of `Tests/simulate`.
@Suite struct SimulateTests {
    /// The program beside the test bundle.
    private static let program = URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent()
        .appending(path: "simulate")

    /// Runs the program, and returns its exit status and the lines of its output.
    private static func run(
        _ arguments: String..., hasFixedHashes: Bool = true
    ) async throws -> (status: ChildProcess.End, lines: [String]) {
        let environment = hasFixedHashes ? ["SWIFT_DETERMINISTIC_HASHING": "1"] : [:]
        let child = try ChildProcess(program, arguments, environment: environment)
        let end = try await child.end(within: 120)
        return (end, child.log.lines)
    }

    /// The order of the tasks of this schedule depends on the order of a dictionary.
    private static let seed = "37"

    @Test func `two processes write the same event log for a seed, and other hashes change it`() async throws
    {
        let first = try await Self.run("--seed", Self.seed, "--log")
        let second = try await Self.run("--seed", Self.seed, "--log")
        #expect(first.status == .exit(0) && first.lines.count > 100)
        #expect(first.lines == second.lines)
        var logs: Set<[String]> = []
        for _ in 0..<10 where logs.count < 2 {
            logs.insert(try await Self.run("--seed", Self.seed, "--log", hasFixedHashes: false).lines)
        }
        #expect(logs.count > 1)
    }

    @Test func `the table counts the schedules, and zero rows are shown`() async throws {
        let result = try await Self.run("--seed", "1", "--schedules", "20", "--jobs", "2")
        #expect(result.status == .exit(0))
        #expect(result.lines.contains { $0.hasPrefix("20 schedules, 0 with violations; ") })
        #expect(result.lines.contains { $0.hasSuffix("  process killed during a put") })
    }

    @Test(arguments: [
        ["--seed", "x"], ["--schedules", "0"], ["--bad"], ["--schedule", "/nonexistent"], ["--from-journal"],
        ["--print"], ["--shrink"], ["--schedule", "a", "--from-journal", "b"], ["--log", "--schedules", "2"],
    ])
    func `a wrong argument is refused`(arguments: [String]) async throws {
        let child = try ChildProcess(Self.program, arguments)
        #expect(try await child.end() == .exit(2))
        #expect(child.log.lines.first?.hasPrefix("simulate: ") == true)
    }
}
