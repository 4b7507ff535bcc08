// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Support

extension StandardStreams {
    /// Writes a value to standard output as JSON on one line, with sorted keys.
    ///
    /// - Throws: `Failure`.
    static func printJSON(_ value: some Encodable) throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        try printLine(String(decoding: try encoder.encode(value), as: UTF8.self))
    }

    /// Writes rows of cells to standard output as a table whose columns are aligned at the left.
    ///
    /// - Parameter rows: Rows with the same number of cells, the heading among them.
    /// - Throws: `Failure`.
    static func printTable(_ rows: [[String]]) throws {
        let columns = rows.first?.indices ?? 0..<0
        let widths = columns.map { column in rows.map { $0[column].count }.max() ?? 0 }
        for row in rows {
            let padded = zip(row, widths).dropLast().map { cell, width in
                cell + String(repeating: " ", count: width - cell.count)
            }
            try printLine((padded + row.suffix(1)).joined(separator: "  "))
        }
    }
}
