// SPDX-License-Identifier: Apache-2.0

import CPixels

/// The vertical pass of the reduction to one size. It adds up the rows of averages of `HorizontalPass`, times integer
/// weights, to the averages of the grid. The sums are exact 32-bit integers.
final class VerticalPass {
    /// The number of cells along each side of the grid.
    let cells: Int
    /// The index of the first cell of this size in the results of the horizontal pass.
    private let first: Int
    /// The weights of the rows of the picture in the rows of the grid.
    private let weights: Storage<Int32>
    private let rows: Storage<px_plain_cell>
    /// The sums of all cells of the grid, row by row, 4 elements for each cell, one for each band. They are in units of
    /// 2^-22 and start at one half, so that dropping the fraction rounds them.
    private let sums: Storage<Int32>

    /// Creates the vertical pass of a reduction, which averages the rows to the cells of one size.
    ///
    /// - Parameters:
    ///   - filter: The weights of the rows of the picture in the rows of the grid.
    ///   - first: The index of the first cell of this size in the results of the horizontal pass.
    init(_ filter: TriangleFilter, first: Int) {
        cells = filter.cells
        self.first = first
        weights = Storage(filter.weights)
        rows = Storage(filter.plainCells)
        sums = Storage(repeating: Self.half, count: 4 * filter.cells * filter.cells)
    }

    /// One half, in the units of the sums.
    private static let half = Int32(1) << Int32(TriangleFilter.precisionBits - 1)

    /// Begins a picture, and returns the pass as `CPixels` adds rows to it.
    func begin() -> px_vertical_pass {
        sums.base.update(repeating: Self.half, count: sums.count)
        return px_vertical_pass(
            sums: sums.base, rows: rows.base, weights: weights.base, cells: cells, first: first, open: 0,
            unopened: 0)
    }

    /// Returns the grid, rounded to 8 bits. Colours that were multiplied with alpha are divided by it. All rows of the
    /// picture must have been added.
    ///
    /// - Parameter color: The colour model of the grid.
    func grid(_ color: ColorModel) -> Grid {
        let hasAlpha = color.hasAlpha
        let colors = hasAlpha ? color.bands - 1 : color.bands
        let total = cells * cells * color.bands
        // The samples are stored in place, because appending them takes several times as long.
        let samples = [UInt8](unsafeUninitializedCapacity: total) { buffer, count in
            var at = 0
            for cell in 0..<cells * cells {
                let sums = sums.base + 4 * cell
                func level(_ band: Int) -> UInt8 {
                    UInt8(truncatingIfNeeded: sums[band] &>> Int32(TriangleFilter.precisionBits))
                }
                for band in 0..<colors {
                    buffer[at] = hasAlpha ? Premultiplication.divide(level(band), by: level(3)) : level(band)
                    at += 1
                }
                if hasAlpha {
                    buffer[at] = level(3)
                    at += 1
                }
            }
            count = total
        }
        return Grid(size: cells, color: color, samples: samples)
    }
}
