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
    ///   - table: The palette.
    ///   - planner: The pixels that show each cell.
    ///   - index: Returns the index of the colour of a cell of the grid.
    @inline(__always)
    init(
        _ plan: FramePlan, _ table: ColorTable, _ planner: FramePlanner, _ encoder: inout RunEncoder,
        index: (_ cell: Int) -> UInt8
    ) {
        literalBits = max(2, table.bits)
        encoder.begin(literalBits: literalBits)
        let widths = plan.widths(planner)
        var runs: [Run] = []
        for row in 0..<planner.size {
            let repeated = planner.rows[row].clamped(to: plan.rows).count
            guard repeated > 0 else { continue }
            runs.removeAll(keepingCapacity: true)
            var run = Run(index: 0, count: 0)
            for column in widths.indices where widths[column] > 0 {
                let index = index(row * planner.size + column)
                if index != run.index, run.count > 0 {
                    runs.append(run)
                    run.count = 0
                }
                run.index = index
                run.count += Int32(truncatingIfNeeded: widths[column])
            }
            runs.append(run)
            encoder.append(runs, times: repeated)
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
