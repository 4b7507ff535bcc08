// SPDX-License-Identifier: Apache-2.0

/// The compressed pixels of a part of a picture.
struct FrameData {
    /// The number of bits of a literal code.
    let literalBits: Int
    /// The codes, not divided into sub-blocks.
    let bytes: [UInt8]

    /// Compresses the pixels of the columns and rows of a plan.
    ///
    /// - Parameters:
    ///   - cells: The colour of each cell of the grid.
    ///   - planner: The pixels that show each cell.
    init(
        _ plan: FramePlan, _ cells: [UInt32], _ table: ColorTable, _ planner: FramePlanner,
        _ encoder: inout RunEncoder
    ) {
        literalBits = max(2, table.bits)
        encoder.begin(literalBits: literalBits)
        for row in 0..<planner.size {
            let repeated = planner.rows[row].clamped(to: plan.rows).count
            guard repeated > 0 else { continue }
            var runs: [(index: UInt8, count: Int)] = []
            for column in 0..<planner.size {
                let count = planner.columns[column].clamped(to: plan.columns).count
                guard count > 0 else { continue }
                let index = table.index(cells[row * planner.size + column])
                if let last = runs.last, last.index == index {
                    runs[runs.count - 1].count += count
                } else {
                    runs.append((index, count))
                }
            }
            for _ in 0..<repeated {
                for run in runs { encoder.append(run.index, run.count) }
            }
        }
        bytes = encoder.finish()
    }

    /// The number of bytes in the file.
    var fileBytes: Int { 2 + bytes.count + (bytes.count + 254) / 255 }

    /// Appends the data to a file: the number of bits, and sub-blocks (GIF89a specification, 22).
    func append(to file: inout [UInt8]) {
        file.append(UInt8(literalBits))
        for start in stride(from: 0, to: bytes.count, by: 255) {
            let block = bytes[start..<min(start + 255, bytes.count)]
            file.append(UInt8(block.count))
            file += block
        }
        file.append(0)
    }
}
