// SPDX-License-Identifier: Apache-2.0

import CPixels

/// Collects the rounded rows of one size into the grid; exact 32-bit integers throughout.
final class VerticalPass {
    private let filter: TriangleFilter
    /// Where this size's cells begin in a row of results.
    private let first: Int
    private let weights: Storage<Int32>
    /// `cells` rows of `cells` times 4 lanes; only the rows whose window holds the current row are touched.
    private let sums: Storage<Int32>
    private let kernels: px_kernels
    private var row = 0
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

    /// Takes the next row's results of all sizes.
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
        return Grid(n: filter.cells, bands: bands, samples: samples)
    }
}
