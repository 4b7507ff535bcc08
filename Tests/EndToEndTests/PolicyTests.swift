// SPDX-License-Identifier: Apache-2.0

import Foundation
import Scripted
import Testing

/// Tests of the command `pixelated policy` and of the setting `worker.policy`.
@Suite(.enabled(if: Project.missingPrerequisite == nil, "\(Project.missingPrerequisite ?? "")"))
struct PolicyTests {
    @Test func `the policy command prints the table with the configured changes`() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).json")
        let settings = #"{"worker": {"policy": {"not-found": "quarantine"}, "retrySeconds": 7}}"#
        try Data(settings.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let child = try ChildProcess(
            Project.pixelated, ["policy", "--config", file.path], environment: ["PATH": "/usr/bin:/bin"])
        #expect(try await child.end() == .exit(0))
        let table = Dictionary(
            uniqueKeysWithValues: child.log.lines.map { line in
                let cells = line.split(separator: /[ ]{2,}/).map(String.init)
                return (cells[0], Array(cells.dropFirst().dropLast()))
            })
        #expect(table["error kind"] == ["disposition", "retry delay", "quarantined"])
        #expect(table["not-found"] == ["quarantine *", "7 s, doubled to 900 s", "no, redrive policy"])
        #expect(table["corrupt"] == ["quarantine", "7 s, doubled to 900 s", "no, redrive policy"])
        #expect(table["unavailable"] == ["open-breaker", "held, or 5 s if released", "no, redrive policy"])
        #expect(table["access-denied"] == ["retry", "7 s, doubled to 900 s", "no, redrive policy"])
    }

    @Test func `a configured disposition decides about a failed message`() async throws {
        try await LocalCloud.run { cloud in
            try await cloud.request("purge")
            var configuration = cloud.configuration
            configuration.set("worker", "policy", to: ["unsupported": "ignore"])
            let pixelated = try await cloud.pixelated(configuration)
            try await cloud.put("photos/notes.jpeg", text: "This is no picture.")
            try await pixelated.log.line(containing: "ignored")
            try await cloud.waitUntilEmpty()
            try await pixelated.stop()
            #expect(try await cloud.counts(deadLetters: true) == (visible: 0, inFlight: 0))
            #expect(try await cloud.processed() == [])
        }
    }

    @Test func `a redrive policy with fewer receives than worker.maxReceives loses no reason`() async throws {
        try await LocalCloud.run(["max_receives": 2]) { cloud in
            try await cloud.request("purge")
            var configuration = cloud.configuration
            configuration.set("worker", "policy", to: ["unsupported": "retry"])
            configuration.set("worker", "retrySeconds", to: 1)
            let pixelated = try await cloud.pixelated(configuration)
            try await pixelated.log.line(containing: "moves messages after 2 receives")
            try await cloud.put("photos/notes.jpeg", text: "This is no picture.")
            try await cloud.request("waiting", ["count": 1, "within": 60, "queue": "deadLetterQueueURL"])
            let records = try await cloud.request("receive").array
            let record = records.first?["attributes"]?["pixelated-record"]?.string ?? ""
            #expect(records.count == 1 && record.contains("\"receiveCount\":2"), "\(record)")
            #expect(record.contains("not-an-image"), "\(record)")
            try await cloud.waitUntilEmpty()
            try await pixelated.stop()
        }
    }
}
