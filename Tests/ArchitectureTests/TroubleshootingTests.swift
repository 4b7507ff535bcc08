// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The README's chapters for operators keep their promises, as far as that can be seen without a systemd.
struct TroubleshootingTests {
    private func questions() throws -> [(question: String, command: String)] {
        try Project.chapter("## Twelve questions").matches(of: /\n\| (.+?\?) \| `(.+?)` \| .+ \|/).map {
            (String($0.1), String($0.2.replacing("\\|", with: "|")))
        }
    }

    @Test func `there are twelve, each with one command of systemd's own and an expected answer`() throws {
        let questions = try questions()
        #expect(questions.count == 12)
        for (_, command) in questions {
            #expect(command.hasPrefix("systemctl ") || command.hasPrefix("journalctl -u pixelated "))
            let filters = command.split(separator: "|").dropFirst().map { $0.drop { $0 == " " } }
            #expect(filters.allSatisfy { $0.hasPrefix("sort") || $0.hasPrefix("uniq") }, "\(command)")
        }
        let expected = try Project.text("Tests/CloudTests/questions.py").matches(of: /\n    "(.+?\?)":/)
        #expect(expected.map { String($0.1) } == questions.map(\.question))
    }

    @Test func `the events that the commands ask for are in the catalogue`() throws {
        let catalogue = try Project.text("systemd/pixelated.catalog")
        let named = try questions().flatMap { $0.command.matches(of: /EVENT=([a-z-]+)/).map { $0.1 } }
        #expect(named.count > 5)
        for event in named { #expect(catalogue.contains("\nEvent: \(event)\n"), "\(event)") }
    }

    @Test func `the metrics that the README names are told`() throws {
        let sources = try Project.sources().map(\.text).joined()
        let named = try Project.chapter("## Operating").matches(of: /pixelated_([a-z_]+)/).map { $0.1 }
        #expect(named.count > 5)
        for name in Set(named) {
            let family = name.hasSuffix("_total") ? name.dropLast(6) : name
            #expect(sources.contains("\"\(family)\""), "\(name)")
        }
    }
}
