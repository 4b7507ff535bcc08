// SPDX-License-Identifier: Apache-2.0

/// The tokens of an image of rectangles without prediction: a pixel for each run of equal pixels in a row, copies of
/// the pixel on the left, and copies of the rows above.
struct VP8LRuns: VP8LTokens {
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
                body(VP8LToken(content: .pixel(value), group: 0))
                copy(end - start - 1, distanceCode: VP8LToken.left, body)
            }
            repeated = height - 1
        }
        copy(repeated * width, distanceCode: VP8LToken.above, body)
    }
}
