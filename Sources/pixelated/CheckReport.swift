// SPDX-License-Identifier: Apache-2.0

import Daemon
import Support

/// The report of `pixelated check` on standard output, as text or as JSON.
struct CheckReport {
    let isJSON: Bool

    private struct Line: Encodable {
        var code: String
        var result: String
        var text: String
        var reason: String?
        var remedy: String?
        var commands: [String]?
        var settings: [String: String]?
        var exit: Int32?

        enum CodingKeys: String, CodingKey {
            case code, text, reason, remedy, commands, settings, exit
            case result = "class"
        }
    }

    /// Prints the results, and as text their numbers.
    ///
    /// - Throws: `StandardStreams.Failure`.
    func write(_ findings: [CheckFinding]) throws {
        guard isJSON else {
            for finding in findings {
                for line in Self.lines(finding) {
                    try StandardStreams.printLine(line.withoutControlCharacters)
                }
            }
            let counts = CheckFinding.Class.allCases.map { result in
                "\(findings.count { $0.result == result }) \(result.rawValue)"
            }
            return try StandardStreams.printLine(
                "\(findings.count) results: \(counts.joined(separator: ", "))")
        }
        for finding in findings {
            try StandardStreams.printJSON(
                Line(
                    code: finding.code.rawValue, result: finding.result.rawValue, text: finding.text,
                    reason: finding.reason, remedy: finding.remedy,
                    commands: finding.commands.isEmpty ? nil : finding.commands,
                    settings: finding.settings.isEmpty ? nil : finding.settings, exit: finding.exit?.rawValue)
            )
        }
    }

    private static func lines(_ finding: CheckFinding) -> [String] {
        var lines = ["\(finding.result.rawValue): \(finding.code.rawValue): \(finding.text)"]
        if let reason = finding.reason { lines.append("    why: \(reason)") }
        if let remedy = finding.remedy { lines.append("    remedy: \(remedy)") }
        lines += finding.commands.map { "        \($0)" }
        lines += finding.settings.sorted { $0.key < $1.key }.map { path, value in
            "        \(path): \(value)"
        }
        return lines
    }
}
