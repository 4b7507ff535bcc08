// SPDX-License-Identifier: Apache-2.0

import Foundation
import Settings
import Testing

/// What users read about the settings is the program's own table. With `PIXELATOR_UPDATE=1` these tests write it.
struct SettingsDocumentationTests {
    private let updates = ProcessInfo.processInfo.environment["PIXELATOR_UPDATE"] == "1"

    private static let head = "| setting | default | reload | what |\n|---|---|---|---|\n"

    private func row(_ setting: Setting) -> String {
        let value = setting.read(Configuration())
        // An empty text that must be given is no default.
        let mustBeGiven = Configuration().missing().contains { $0.path == setting.path }
        let cells = [
            "`\(setting.path)`", mustBeGiven ? "" : "`\(value.compact)`",
            setting.isReloadable ? "yes" : "", setting.help.replacing("|", with: "\\|"),
        ]
        return "| " + cells.map { $0.isEmpty ? "" : $0 + " " }.joined(separator: "| ") + "|"
    }

    @Test func `the README's table of settings is the program's own`() throws {
        var readme = try Project.text("README.md")
        let table = Self.head + Setting.all.map { row($0) + "\n" }.joined()
        if updates, let old = readme.firstRange(of: /\| setting \| default \|.*\n(\|.*\n)+/) {
            readme.replaceSubrange(old, with: table)
            try Data(readme.utf8).write(to: Project.root.appending(path: "README.md"))
        }
        let shown = try Project.chapter("## Settings").split(separator: "\n").filter { $0.hasPrefix("|") }
        let expected = table.split(separator: "\n")
        #expect(
            shown.count == expected.count,
            "PIXELATOR_UPDATE=1 swift test --filter ArchitectureTests writes it")
        for (shown, expected) in zip(shown, expected) { #expect(shown == expected) }
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
            "PIXELATOR_UPDATE=1 swift test --filter ArchitectureTests writes it")
    }
}
