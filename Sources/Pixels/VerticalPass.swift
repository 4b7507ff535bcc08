// SPDX-License-Identifier: Apache-2.0

/// Collects the rounded rows of one size into the grid; exact 32-bit integers throughout.
final class VerticalPass {
    private let filter: TriangleFilter
    /// Where this size's cells begin in a row of results.
    private let first: Int
    private let weights: Storage<Int32>
    /// `cells` rows of `cells` sums; only the rows whose window holds the current row are touched.
    private let sums: Storage<SIMD4<Int32>>
    private var row = 0
    private var firstOpen = 0
    private var firstUnopened = 0

    init(_ filter: TriangleFilter, first: Int) {
        self.filter = filter
        self.first = first
        weights = Storage(filter.weights)
        let half = Int32(1) << Int32(TriangleFilter.precisionBits - 1)
        sums = Storage(repeating: SIMD4(repeating: half), count: filter.cells * filter.cells)
    }

    /// Takes the next row's results of all sizes.
    func add(_ results: borrowing Storage<SIMD4<UInt8>>) {
        let cells = filter.cells
        while firstUnopened < cells, filter.starts[firstUnopened] <= row { firstUnopened += 1 }
        while firstOpen < firstUnopened, filter.end(firstOpen) <= row { firstOpen += 1 }
        let source = results.base + first
        for cell in firstOpen..<firstUnopened {
            let weight = weights.base[filter.offsets[cell] + row - filter.starts[cell]]
            let target = sums.base + cell * cells
            for column in 0..<cells {
                target[column] &+= SIMD4<Int32>(truncatingIfNeeded: source[column]) &* weight
            }
        }
        row += 1
    }

    func grid(bands: Int) -> Grid {
        var samples: [UInt8] = []
        samples.reserveCapacity(sums.count * bands)
        for index in 0..<sums.count {
            let levels = sums.base[index] &>> Int32(TriangleFilter.precisionBits)
            for band in 0..<bands { samples.append(UInt8(truncatingIfNeeded: levels[band])) }
        }
        return Grid(n: filter.cells, bands: bands, samples: samples)
    }
}
