// SPDX-License-Identifier: Apache-2.0

import CPixels

/// The vertical reduction of one size: the rounded rows of the horizontal pass become the grid, by exact 32-bit
/// integers.
final class VerticalPass {
    private let filter: TriangleFilter
    /// The index of this size's first cell in the results of the horizontal pass.
    private let first: Int
    private let weights: Storage<Int32>
    /// `cells` rows of `cells` cells of 4 lanes. Only the rows whose window contains the current row are accessed.
    private let sums: Storage<Int32>
    private let kernels: px_kernels
    /// The index of the next row of the picture.
    private var row = 0
    /// The rows of the grid from `firstOpen` and below `firstUnopened` have windows that contain the current row.
    private var firstOpen = 0
    private var firstUnopened = 0

    init(_ filter: TriangleFilter, first: Int, method: ReductionMethod) {
        self.filter = filter
        self.first = first
        weights = Storage(filter.weights)
        let half = Int32(1) << Int32(TriangleFilter.precisionBits - 1)
        sums = Storage(repeating: half, count: 4 * filter.cells * filter.cells)
        kernels = method.kernels
    }

    /// Adds the next row.
    ///
    /// - Parameter results: The results of the horizontal pass, of all sizes.
    func add(_ results: borrowing Storage<UInt8>) {
        let cells = filter.cells
        while firstUnopened < cells, filter.starts[firstUnopened] <= row { firstUnopened += 1 }
        while firstOpen < firstUnopened, filter.end(firstOpen) <= row { firstOpen += 1 }
        let source = results.base + 4 * first
        for cell in firstOpen..<firstUnopened {
            let weight = weights.base[filter.offsets[cell] + row - filter.starts[cell]]
            kernels.accumulate?(sums.base + 4 * cell * cells, source, weight, 4 * cells)
        }
        row += 1
    }

    func grid(bands: Int) -> Grid {
        var samples: [UInt8] = []
        samples.reserveCapacity(filter.cells * filter.cells * bands)
        for cell in 0..<filter.cells * filter.cells {
            for band in 0..<bands {
                let level = sums.base[4 * cell + band] &>> Int32(TriangleFilter.precisionBits)
                samples.append(UInt8(truncatingIfNeeded: level))
            }
        }
        return Grid(size: filter.cells, bands: bands, samples: samples)
    }
}
