// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The table "Errors by cause" of `RetriesAndCredentials.md`.
struct ErrorTable {
    /// The documented result of a call that fails for one cause in every attempt.
    struct Row {
        var cause: String
        /// The number of attempts, with remarks.
        var attempts: String
        var longestTime: String
        var kind: String
        /// The parts of the error text, or of the log for a call that succeeds.
        var text: [String]

        init(_ line: Substring) throws {
            let cells = line.dropFirst(2).dropLast(2).components(separatedBy: " | ")
            try #require(cells.count == 5, "\(line)")
            (cause, attempts, longestTime) = (cells[0], cells[1], cells[2])
            kind = cells[3].replacing("`", with: "")
            text = cells[4].components(separatedBy: ", ")
        }

        var attemptCount: Int? { attempts.firstMatch(of: /^(\d+)/).flatMap { Int($0.1) } }
        var takesNewConnections: Bool { attempts.contains("new connections") }
        /// The number of retries that the quota of a client allows.
        var quota: Int? {
            attempts.firstMatch(of: /at most (\d+) retries of a client/).flatMap { Int($0.1) }
        }
    }

    /// The text above the table, in one line.
    let prose: String
    let rows: [Row]

    init() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/AWS/AWS.docc/RetriesAndCredentials.md")
        let text = try String(contentsOf: path, encoding: .utf8)
        let section = try #require(text.components(separatedBy: "### Errors by cause\n").last)
        let lines = section.split(separator: "\n")
        prose = lines.prefix { !$0.hasPrefix("|") }.joined(separator: " ")
        rows = try lines.drop { !$0.hasPrefix("|---") }.dropFirst().prefix { $0.hasPrefix("| ") }.map(
            Row.init)
    }

    subscript(cause: ErrorCause) -> Row {
        get throws { try #require(rows.first { $0.cause == cause.rawValue }) }
    }

    /// Returns a time as the table writes it: rounded up to tenths of a second below one second, else to seconds.
    static func text(_ duration: Duration) -> String {
        guard duration > .zero else { return "no pause" }
        let seconds = duration / .seconds(1)
        return seconds < 1 ? "\((seconds * 10).rounded(.up) / 10) s" : "\(Int(seconds.rounded(.up))) s"
    }
}
