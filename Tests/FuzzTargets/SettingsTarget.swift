// SPDX-License-Identifier: Apache-2.0

import Foundation
import Settings
import Support

/// The configuration file, the environment and the flags.
enum SettingsTarget {
    /// A text with the form of a secret access key, which no description shows.
    private static let secret = "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"

    /// Inputs are the configuration file, and behind a zero byte lines `path=value`. Those that begin with `PIXELATED_`
    /// are variables of the environment, the others flags.
    static let settings = FuzzTarget(
        name: "settings", summary: "the configuration file, environment variables and flags", longest: 4096,
        words: Setting.all.flatMap { setting in
            setting.path.split(separator: ".").map { "\"\($0)\"" } + [setting.path]
        } + ["true", "false", "null", "1e9", "-1", secret, "https://user:\(secret)@host/", "PIXELATED_"],
        seeds: {
            let example = FuzzTarget.tests.deletingLastPathComponent().appending(path: "config.example.json")
            let whole = Array(try Data(contentsOf: example))
            let url = "https://sqs.eu-central-1.amazonaws.com/123456789012/pictures"
            let small =
                "{\"region\":\"eu-central-1\",\"queue\":{\"url\":\"\(url)\"},\"output\":{\"bucket\":\"b\"}}"
            let secret =
                "{\"queue\":{\"url\":\"https://user:\(Self.secret)@host/q?X-Amz-Signature=\(Self.secret)\"}}"
            let defaults = Setting.all.map { "\($0.path)=\($0.read(Configuration()).compact)" }
            return [whole, Array(small.utf8), Array(secret.utf8)]
                + defaults.map { Array(small.utf8) + [0] + Array($0.utf8) }
        },
        check: { input in
            let parts = input.split(separator: 0, maxSplits: 1, omittingEmptySubsequences: false)
            var sources = SettingsSources(file: ("config.json", Array(parts.first ?? [])))
            let lines =
                parts.count < 2 ? [] : String(decoding: parts[1], as: UTF8.self).split(separator: "\n")
            for line in lines {
                guard line.hasPrefix("PIXELATED_"), let equals = line.firstIndex(of: "=") else {
                    sources.flags.append(String(line))
                    continue
                }
                sources.environment[String(line[..<equals])] = String(line[equals...].dropFirst())
            }
            try check(sources)
            return true
        })

    private static func check(_ sources: SettingsSources) throws {
        let configuration: Configuration
        do { configuration = try sources.load() } catch { return try check(error) }
        let text = Array(configuration.json.compact.utf8)
        let again = try SettingsSources(file: ("again.json", text)).load()
        try require(again == configuration, "the configuration changes when it is written and read")
        try require(
            again.digest == configuration.digest && configuration.digest.count == 16, "another digest")
        try require(!configuration.summary.contains(secret), "the summary shows a secret")
        try require(configuration.changes(to: again).isEmpty, "a change of nothing")
    }

    private static func check(_ error: SettingsError) throws {
        try require(!error.problems.isEmpty, "an error without a problem")
        for problem in error.problems {
            try require(!problem.expected.isEmpty, "a problem without a requirement")
            try require(
                !problem.description.hasControlCharacters, "control characters: \(problem.description)")
            // The name of a setting is shown as it is.
            guard let got = problem.got, !problem.path.contains(secret) else { continue }
            let shown = SettingsRedaction.redacted(got)
            try require(!shown.contains(secret), "a description shows a secret: \(problem.description)")
            try require(shown.count <= 201, "a long description")
        }
    }
}
