// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The statements of `deploy/docs/operations.md` agree with the program, as far as that shows without systemd.
struct TroubleshootingTests {
    static let document = "deploy/docs/operations.md"

    private struct Question {
        var text: String
        var command: String
        var answer: String
    }

    private func questions() throws -> [Question] {
        let entry = /\n### (.+?\?)\n\n```sh\n(.+)\n```\n\n```text\n((?:(?!```).*\n)+)```\n/
        return try Project.chapter("## Troubleshooting", in: Self.document).matches(of: entry).map {
            Question(text: String($0.1), command: String($0.2), answer: String($0.3))
        }
    }

    @Test func `each of the twelve questions has one command of systemd and an expected answer`() throws {
        let questions = try questions()
        #expect(questions.count == 12)
        for question in questions {
            let command = question.command
            #expect(command.hasPrefix("systemctl ") || command.hasPrefix("journalctl -u pixelated "))
            let filters = command.split(separator: "|").dropFirst().map { $0.drop { $0 == " " } }
            #expect(filters.allSatisfy { $0.hasPrefix("sort") || $0.hasPrefix("uniq") }, "\(command)")
            #expect(!question.answer.isEmpty, "\(question.text)")
        }
        let headings = try Project.chapter("## Troubleshooting", in: Self.document).matches(of: /\n### (.+)/)
        #expect(headings.map { String($0.1) } == questions.map(\.text))
        let expected = try Project.text("Tests/CloudTests/questions.py").matches(of: /\n    "(.+?\?)":/)
        #expect(expected.map { String($0.1) } == questions.map(\.text))
    }

    @Test func `the catalog has the events that the commands filter by`() throws {
        let catalog = try Project.text("systemd/pixelated.catalog")
        let named = try questions().flatMap { $0.command.matches(of: /EVENT=([a-z-]+)/).map { $0.1 } }
        #expect(named.count > 5)
        for event in named { #expect(catalog.contains("\nEvent: \(event)\n"), "\(event)") }
    }

    @Test func `the sources export the metrics that the document names`() throws {
        let sources = try Project.sources().map(\.text).joined()
        let text = try Project.text(Self.document)
        let named = text.matches(of: /pixelated_([a-z_]+)/).map { $0.1 }
        #expect(named.count > 5)
        for name in Set(named) {
            let family = name.hasSuffix("_total") ? name.dropLast(6) : name
            #expect(sources.contains("\"\(family)\""), "\(name)")
        }
    }

    @Test func `the table of the journal has the fields of the log entries of records`() throws {
        let log = try Project.text("Sources/Worker/Telemetry/WorkerLog.swift")
        let keys = /(?:\["|add\("|[\[,\n]\s*")([a-z0-9_]+)"(?:\]|,|:)/
        let written = Set(log.matches(of: keys).map { $0.1.uppercased() })
        #expect(written.count > 20)
        let journal = try Project.chapter("## Journal", in: Self.document)
        let documented = journal.matches(of: /\n\| (`[A-Z].+?) \|/).flatMap { row in
            row.1.matches(of: /`([A-Z0-9_]+)`/).map { String($0.1) }
        }
        #expect(documented.count == Set(documented).count)
        // The chapter explains the field of the event's name above the table.
        #expect(Set(documented).union(["EVENT"]) == written)
        #expect(journal.contains("`EVENT`"))
    }

    @Test func `the table of the quarantine has the fields of a quarantine record`() throws {
        let record = try Project.text("Sources/Worker/Quarantine/QuarantineRecord.swift")
        let written = Set(record.matches(of: /\n    package var (\w+)/).map { String($0.1) })
        #expect(written.count > 10)
        let documented = try Project.chapter("## Quarantine", in: Self.document)
            .matches(of: /\n\| (`.+?) \|/).flatMap { row in row.1.matches(of: /`(\w+)`/).map { String($0.1) }
            }
        #expect(documented.count == Set(documented).count)
        #expect(Set(documented) == written)
    }

    @Test func `the table of exit codes has the cases of ExitReason and the restarts of the unit`() throws {
        let cases = try Project.text("Sources/Daemon/ExitReason.swift")
            .matches(of: /\n    case \w+ = (\d+)\n/).map { String($0.1) }
        let rows = try Project.chapter("## Exit codes", in: Self.document)
            .matches(of: /\n\| (\d+) \| (.+) \| (yes|no) \|/)
        #expect(cases.count > 5)
        #expect(rows.map { String($0.1) } == cases)

        let prevented = try Project.text("systemd/pixelated.service")
            .firstMatch(of: /\nRestartPreventExitStatus=(.+)\n/)
        let kept = Set(try #require(prevented).1.split(separator: " ").map(String.init)).union(["0"])
        #expect(Set(rows.filter { $0.3 == "no" }.map { String($0.1) }) == kept)
    }

    @Test
    func `the table of the check has each code of its findings and the classes that the sources give it`()
        throws
    {
        let rows = try Project.chapter("## Check", in: Self.document)
            .matches(of: /\n\| `([a-z-]+)` \| ([a-z, ]+) \|/).map { (String($0.1), String($0.2)) }
        let sources = try Project.swift("Sources/Daemon").filter { $0.path.contains("/Preflight/") }
        let codes = try #require(sources.first { $0.name == "CheckFinding" }).text
            .matches(of: /\n        case (\w+)(?: = "([a-z-]+)")?(?=\n)/).map { match in
                (name: String(match.1), raw: match.2.map(String.init) ?? String(match.1))
            }.filter { !["ok", "warning", "failure", "unknown"].contains($0.name) }
        #expect(codes.count > 40)
        #expect(rows.map(\.0) == codes.map(\.raw))
        let text = sources.map(\.text).joined(separator: "\n")
        for (code, row) in zip(codes, rows) {
            let made = try Regex("\\.(ok|warning|failure|unknown)\\(\\s*\\.\(code.name)\\b")
            let classes = Set(text.matches(of: made).compactMap { $0.output[1].substring.map(String.init) })
            // The codes of the access to buckets are arguments.
            guard !classes.isEmpty else {
                #expect(text.contains(": .\(code.name),"), "\(code.raw) is not used")
                continue
            }
            #expect(Set(row.1.split(separator: ", ").map(String.init)) == classes, "\(code.raw)")
        }
    }
}
