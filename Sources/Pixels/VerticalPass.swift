// SPDX-License-Identifier: Apache-2.0

import CPixels

/// The vertical pass of the reduction to one size. It adds up the rows of averages of `HorizontalPass`, times integer
/// weights, to the averages of the grid. The sums are exact 32-bit integers.
final class VerticalPass {
    /// The weights of the rows of the picture in the rows of the grid.
    private let filter: TriangleFilter
    /// The number of cells along each side of the grid.
    var cells: Int { filter.cells }
    /// The index of the first cell of this size in the results of the horizontal pass.
    private let first: Int
    private let weights: Storage<Int32>
    /// The sums of all cells of the grid, row by row, 4 elements for each cell, one for each band. They are in units of
    /// 2^-22 and start at one half, so that dropping the fraction rounds them.
    private let sums: Storage<Int32>
    private let kernels: px_kernels
    /// The index of the row of the picture that `add` adds next.
    private var row = 0
    /// The index of the first row of the grid to which the latest row of the picture contributes.
    private var firstOpen = 0
    /// The index after the last row of the grid to which the latest row of the picture contributes.
    private var firstUnopened = 0

    /// Creates the vertical pass of a reduction, which averages the rows to the cells of one size.
    ///
    /// - Parameters:
    ///   - filter: The weights of the rows of the picture in the rows of the grid.
    ///   - first: The index of the first cell of this size in the results of the horizontal pass.
    ///   - method: The way to compute the averages.
    init(_ filter: TriangleFilter, first: Int, method: ReductionMethod) {
        self.filter = filter
        self.first = first
        weights = Storage(filter.weights)
        sums = Storage(repeating: Self.half, count: 4 * filter.cells * filter.cells)
        kernels = method.kernels
    }

    /// One half, in the units of the sums.
    private static let half = Int32(1) << Int32(TriangleFilter.precisionBits - 1)

    /// Begins another picture of the same size.
    func restart() {
        sums.base.update(repeating: Self.half, count: sums.count)
        (row, firstOpen, firstUnopened) = (0, 0, 0)
    }

    /// Adds the next row.
    ///
    /// - Parameter results: The averages of the row, `HorizontalPass.results`, of all sizes.
    func add(_ results: UnsafePointer<UInt8>) {
        let cells = filter.cells
        while firstUnopened < cells, filter.starts[firstUnopened] <= row { firstUnopened += 1 }
        while firstOpen < firstUnopened, filter.end(firstOpen) <= row { firstOpen += 1 }
        let source = results + 4 * first
        for cell in firstOpen..<firstUnopened {
            let weight = weights.base[filter.offsets[cell] + row - filter.starts[cell]]
            kernels.accumulate?(sums.base + 4 * cell * cells, source, weight, 4 * cells)
        }
        row += 1
    }

    /// Returns the grid, rounded to 8 bits. Colours that were multiplied with alpha are divided by it. All rows of the
    /// picture must have been added.
    ///
    /// - Parameter color: The colour model of the grid.
    func grid(_ color: ColorModel) -> Grid {
        var samples: [UInt8] = []
        samples.reserveCapacity(filter.cells * filter.cells * color.bands)
        let hasAlpha = color.hasAlpha
        let colors = hasAlpha ? color.bands - 1 : color.bands
        for cell in 0..<filter.cells * filter.cells {
            func level(_ band: Int) -> UInt8 {
                UInt8(truncatingIfNeeded: sums.base[4 * cell + band] &>> Int32(TriangleFilter.precisionBits))
            }
            for band in 0..<colors {
                samples.append(hasAlpha ? Premultiplication.divide(level(band), by: level(3)) : level(band))
            }
            if hasAlpha { samples.append(level(3)) }
        }
        return Grid(size: filter.cells, color: color, samples: samples)
    }
}
