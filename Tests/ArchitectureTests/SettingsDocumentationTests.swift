// SPDX-License-Identifier: Apache-2.0

import Foundation
import Settings
import Testing

/// The documents about the settings agree with the program. With `PIXELATOR_UPDATE=1` these tests write them.
struct SettingsDocumentationTests {
    private let updates = ProcessInfo.processInfo.environment["PIXELATOR_UPDATE"] == "1"

    private static let remedy = "PIXELATOR_UPDATE=1 swift test --filter ArchitectureTests writes it"
    private static let head = "| setting | default | reload | what |\n|---|---|---|---|\n"

    private func row(_ setting: Setting) -> String {
        let value = setting.read(Configuration())
        // The empty text of a required setting is not a default.
        let isRequired = Configuration().missing().contains { $0.path == setting.path }
        let cells = [
            "`\(setting.path)`", isRequired ? "" : "`\(value.compact)`",
            setting.isReloadable ? "yes" : "", setting.help.replacing("|", with: "\\|"),
        ]
        return "| " + cells.map { $0.isEmpty ? "" : $0 + " " }.joined(separator: "| ") + "|"
    }

    @Test func `the table in settings.md has every setting of the program`() throws {
        let document = "deploy/docs/settings.md"
        var text = try Project.text(document)
        let table = Self.head + Setting.all.map { row($0) + "\n" }.joined()
        if updates, let old = text.firstRange(of: /\| setting \| default \|.*\n(\|.*\n)+/) {
            text.replaceSubrange(old, with: table)
            try Data(text.utf8).write(to: Project.root.appending(path: document))
        }
        let chapter = try Project.chapter("## All settings", in: document)
        let shown = chapter.split(separator: "\n").filter { $0.hasPrefix("|") }
        let expected = table.split(separator: "\n")
        #expect(shown.count == expected.count, "\(Self.remedy)")
        for (shown, expected) in zip(shown, expected) { #expect(shown == expected, "\(Self.remedy)") }
    }

    @Test func `the example configuration has every setting with its default`() throws {
        let example = try SettingsSources(flags: [
            "region=eu-central-1", "output.bucket=my-processed-pictures",
            "queue.url=https://sqs.eu-central-1.amazonaws.com/123456789012/pictures",
        ]).load()
        let text = example.json.pretty() + "\n"
        if updates {
            try Data(text.utf8).write(to: Project.root.appending(path: "config.example.json"))
        }
        #expect(
            try Project.text("config.example.json") == text,
            "\(Self.remedy)")
    }

    @Test func `the configuration in the README is complete and has a quarantine`() throws {
        let example = try #require(
            try Project.text("README.md").firstMatch(of: /\n```json\n([\s\S]+?)\n```\n/))
        let configuration = try SettingsSources(file: ("README.md", Array(example.1.utf8))).load()
        #expect(configuration.missing().isEmpty)
        #expect(configuration.queue.hasQuarantine)
    }
}
