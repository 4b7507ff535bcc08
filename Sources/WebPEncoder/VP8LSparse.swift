// SPDX-License-Identifier: Apache-2.0

/// The tokens of an image in which only the first pixel of each rectangle may differ from 0: these pixels, and copies
/// of the zeros between them. It suits rectangles of every size.
struct VP8LSparse: VP8LSingleTokens {
    let cells: VP8LCells

    func forEach(_ body: (VP8LToken) -> Void) {
        let (width, count) = (cells.width, cells.columns.count)
        var at = 0
        // The row of rectangles in which the pixel before `at` is the first of a rectangle; nil if that pixel is 0.
        var lastRow: Int?
        func zeros(to end: Int) {
            guard at < end else { return }
            if let row = lastRow, isBelowZeros(row), at < (cells.rows[row] + 1) * width {
                let length = min(end, (cells.rows[row] + 1) * width) - at
                copy(length, distanceCode: VP8LToken.above, body)
                at += length
            } else if at == 0 || lastRow != nil {
                body(VP8LToken(pixel: 0))
                at += 1
            }
            lastRow = nil
            copy(end - at, distanceCode: VP8LToken.left, body)
            at = end
        }
        for (row, y) in cells.rows.enumerated() {
            for (column, x) in cells.columns.enumerated() {
                let value = cells.values[row * count + column]
                guard value != 0 else { continue }
                zeros(to: y * width + x)
                body(VP8LToken(pixel: value))
                at += 1
                lastRow = row
            }
        }
        zeros(to: cells.pixels)
    }

    /// True when the pixels above the first row of pixels of a row of rectangles are all 0.
    private func isBelowZeros(_ row: Int) -> Bool { row > 0 && cells.rows[row] - cells.rows[row - 1] >= 2 }
}
