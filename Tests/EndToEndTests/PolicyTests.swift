// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The outcome table is printed, and what it says is done.
@Suite(.enabled(if: Project.missing == nil, "\(Project.missing ?? "")"))
struct PolicyTests {
    @Test func `the outcome table is printed with what the configuration changes`() async throws {
        let file = FileManager.default.temporaryDirectory.appending(path: "\(UUID().uuidString).json")
        let settings = #"{"worker": {"policy": {"not-found": "quarantine"}, "retrySeconds": 7}}"#
        try Data(settings.utf8).write(to: file)
        defer { try? FileManager.default.removeItem(at: file) }
        let child = try Child(
            Project.pixelated, ["policy", "--config", file.path], environment: ["PATH": "/usr/bin:/bin"])
        #expect(try await child.end() == .exit(0))
        let table = Dictionary(
            uniqueKeysWithValues: child.log.lines.map { line in
                let cells = line.split(separator: /[ ]{2,}/).map(String.init)
                return (cells[0], Array(cells.dropFirst().dropLast()))
            })
        #expect(table["failure"] == ["verdict", "comes again", "quarantined"])
        #expect(table["not-found"] == ["quarantine *", "7 s, doubled to 900 s", "no, left to redrive"])
        #expect(table["corrupt"] == ["quarantine", "7 s, doubled to 900 s", "no, left to redrive"])
        #expect(table["unavailable"] == ["open-breaker", "held until it works", "no"])
        #expect(table["access-denied"] == ["retry", "7 s, doubled to 900 s", "no, left to redrive"])
    }

    @Test func `an override of the table decides what happens to a message`() async throws {
        try await Cloud.run { cloud in
            try await cloud.ask("purge")
            var configuration = cloud.configuration
            configuration.set("worker", "policy", to: ["unsupported": "ignore"])
            let pixelated = try await cloud.pixelated(configuration)
            try await cloud.put("photos/notes.jpeg", text: "This is no picture.")
            try await pixelated.log.line(containing: "ignored")
            try await cloud.drained()
            try await pixelated.stops()
            #expect(try await cloud.counts(deadLetters: true) == (visible: 0, inFlight: 0))
            #expect(try await cloud.processed() == [])
        }
    }
}
