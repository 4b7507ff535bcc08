// SPDX-License-Identifier: Apache-2.0

import Foundation
import Testing

/// The table "Each fault" of `RetriesAndCredentials.md`, as it is written there.
struct ErrorTable {
    /// One row: what is promised of a call that meets nothing but the fault.
    struct Promise {
        var fault: String
        var tried: String
        var atMost: String
        var end: String
        /// What the log says, part by part.
        var said: [String]

        init(_ line: Substring) throws {
            let cells = line.dropFirst(2).dropLast(2).components(separatedBy: " | ")
            try #require(cells.count == 5, "\(line)")
            (fault, tried, atMost) = (cells[0], cells[1], cells[2])
            end = cells[3].replacing("`", with: "")
            said = cells[4].components(separatedBy: ", ")
        }

        /// The number in "3 times".
        var attempts: Int? { tried.firstMatch(of: /^(\d+) times/).flatMap { Int($0.1) } }
        var takesNewConnections: Bool { tried.contains("new connections") }
        var quota: Int? { tried.firstMatch(of: /(\d+) retries of a client in all/).flatMap { Int($0.1) } }
    }

    /// What stands above the table, in one line.
    let prose: String
    let promises: [Promise]

    init() throws {
        let path = URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "../../Sources/AWS/AWS.docc/RetriesAndCredentials.md")
        let text = try String(contentsOf: path, encoding: .utf8)
        let section = try #require(text.components(separatedBy: "### Each fault\n").last)
        let lines = section.split(separator: "\n")
        prose = lines.prefix { !$0.hasPrefix("|") }.joined(separator: " ")
        promises = try lines.drop { !$0.hasPrefix("|---") }.dropFirst().prefix { $0.hasPrefix("| ") }
            .map(Promise.init)
    }

    subscript(row: ErrorTableRow) -> Promise {
        get throws { try #require(promises.first { $0.fault == row.rawValue }) }
    }

    /// A time as the table gives it: rounded up to tenths, from one second on to seconds.
    static func text(_ duration: Duration) -> String {
        guard duration > .zero else { return "no pause" }
        let seconds = duration / .seconds(1)
        return seconds < 1 ? "\((seconds * 10).rounded(.up) / 10) s" : "\(Int(seconds.rounded(.up))) s"
    }
}
