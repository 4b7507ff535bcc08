// SPDX-License-Identifier: Apache-2.0

/// The tokens of an image of rectangles without prediction: a pixel for each run of equal pixels in a row, copies of
/// the pixel on the left, and copies of the rows above.
struct VP8LRuns: VP8LSingleTokens {
    let cells: VP8LCells

    func forEach(_ body: (VP8LToken) -> Void) {
        let (count, width) = (cells.columns.count, cells.width)
        func row(_ index: Int) -> ArraySlice<UInt32> { cells.values[index * count..<(index + 1) * count] }
        var repeated = 0
        for index in cells.rows.indices {
            let height = cells.rowEnd(index) - cells.rows[index]
            if index > 0, row(index) == row(index - 1) {
                repeated += height
                continue
            }
            copy(repeated * width, distanceCode: VP8LToken.above, body)
            var column = 0
            while column < count {
                let value = cells.values[index * count + column]
                let start = cells.columns[column]
                while column < count, cells.values[index * count + column] == value { column += 1 }
                let end = cells.columnEnd(column - 1)
                body(VP8LToken(pixel: value))
                copy(end - start - 1, distanceCode: VP8LToken.left, body)
            }
            repeated = height - 1
        }
        copy(repeated * width, distanceCode: VP8LToken.above, body)
    }

    /// Returns an upper bound of the length of a bitstream of such tokens in bits.
    ///
    /// A prefix code is at most as long as one with equally long codes: 9 bits for green and lengths, 8 for the other
    /// colours, 6 for distances. So a run takes 33 bits and its copies 25 each with their extra bits, of which there is
    /// one for 4096 pixels and one for the rest, and likewise for each row of cells. The descriptions have less than 14
    /// bits a symbol.
    static func mostBits(_ pixels: Int, _ cells: Int, rows: Int) -> Int {
        33 * cells + 25 * (pixels / 4096 + cells + 2 * rows) + 14 * (280 + 3 * 256 + 40)
    }
}
