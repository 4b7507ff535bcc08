// SPDX-License-Identifier: Apache-2.0

import CPixels

/// The horizontal reduction: one row of pixels becomes the rounded levels of the cells of all sizes.
///
/// A cell has 4 lanes, one a band; unused lanes hold anything. Sizes whose cells are at least `narrowest` pixels wide
/// are computed from sums over segments, which all these sizes share. The other sizes, and the levels that the sums
/// leave uncertain, are computed by the plain weighted sum.
///
/// An example: a row of 12 gray pixels with p(x) = x, reduced to 2 cells of support s = 12 / 2 = 6.
///
///     middles of the cells   c = 3, 9
///     breakpoints            b = 3, 9, and 15 beyond the row, where the sums are those of the whole row
///     segments               0..<3, 3..<9, 9..<12
///     S0, the sum of p       3, 36, 66         of the pixels left of each breakpoint
///     S1, the sum of x * p   5, 204, 506
///     Q = (b - 1/2) S0 - S1  2.5, 102, 451     and 0 left of the row
///     second differences     0 - 2 * 2.5 + 102 = 97,  2.5 - 2 * 102 + 451 = 249.5
///     sum of the triangle    31.5 in each cell: 3.5 + 4.5 + 5.5 + 5.5 + 4.5 + 3.5 + 2.5 + 1.5 + 0.5
///     levels                 97 / 31.5 = 3.08 and 249.5 / 31.5 = 7.92
///
/// The levels 3 and 8 are certain: both are farther from the middle between two integers than the weights' own
/// rounding, divided by 2^22, can move them.
final class HorizontalPass {
    /// The width of a cell in pixels below which sums over segments cost more than the plain weighted sum.
    private static let narrowest = 4

    let layout: PixelLayout
    /// The row's pixels, `rowBytes` bytes. The 16 bytes after them may be read, too.
    let row: UnsafeMutablePointer<UInt8>
    private let rowStorage: Storage<UInt8>
    let rowBytes: Int
    /// The rounded levels: size by size, cell by cell, 4 lanes each.
    let results: Storage<UInt8>

    private let weights: Storage<Int32>
    private let plainCells: Storage<PlainCell>
    private let segments: Storage<px_segment>
    private let breakpoints: Storage<px_breakpoint>
    private let differences: Storage<px_second_difference>
    private let segmentedSizes: [SegmentedSize]
    /// The indices of the cells of each size that goes by the plain weighted sum.
    private let plainRanges: [Range<Int>]
    private let sums: Storage<px_sums>
    private let uncertain: Storage<px_uncertain_cell>
    private let kernels: px_kernels

    /// The window of a cell: `count` pixels from `start`, and the index of its first weight in `weights`.
    private struct PlainCell: BitwiseCopyable {
        var start: Int
        var count: Int
        var weights: Int
    }

    /// The indices of the first breakpoint, difference and cell of one size, and the number of its cells.
    private struct SegmentedSize {
        var breakpoints: Int
        var differences: Int
        var results: Int
        var cells: Int
    }

    /// - Parameters:
    ///   - filters: One filter a size, all of the same length.
    ///   - layout: The samples of a pixel.
    ///   - method: The way to compute the results.
    init(_ filters: [TriangleFilter], layout: PixelLayout, method: ReductionMethod) {
        let width = filters.first?.length ?? 0
        self.layout = layout
        rowBytes = width * layout.stride
        // libjpeg-turbo writes rows that begin at a multiple of its vectors' 16 or 32 bytes past the cache, straight to
        // memory (`movntdq` in its colour conversion), which is best when a whole picture is decoded. Here each row is
        // read at once, so it begins elsewhere.
        rowStorage = Storage(repeating: 0, count: rowBytes + 16 + 36)
        row = rowStorage.base + (36 - Int(bitPattern: rowStorage.base) % 32)

        var allWeights: [Int32] = []
        var cells: [PlainCell] = []
        var segmented: [SegmentedSize] = []
        var plainRanges: [Range<Int>] = []
        var wide: [TriangleFilter] = []
        for filter in filters {
            if method != .plain && width >= Self.narrowest * filter.cells {
                let before = wide.reduce(0) { $0 + $1.cells }
                // Each size has one breakpoint more than cells.
                segmented.append(
                    SegmentedSize(
                        breakpoints: before + wide.count, differences: before, results: cells.count,
                        cells: filter.cells))
                wide.append(filter)
            } else {
                plainRanges.append(cells.count..<cells.count + filter.cells)
            }
            for cell in 0..<filter.cells {
                cells.append(
                    PlainCell(
                        start: filter.starts[cell], count: filter.counts[cell],
                        weights: allWeights.count + filter.offsets[cell]))
            }
            allWeights.append(contentsOf: filter.weights)
        }
        let tables = SegmentTables(wide, layout: layout)
        weights = Storage(allWeights)
        plainCells = Storage(cells)
        results = Storage(repeating: 0, count: 4 * cells.count)
        segmentedSizes = segmented
        self.plainRanges = plainRanges
        segments = Storage(tables.segments)
        breakpoints = Storage(tables.breakpoints)
        differences = Storage(tables.differences)
        sums = Storage(repeating: px_sums(), count: tables.segments.count + 1)
        uncertain = Storage(repeating: px_uncertain_cell(), count: wide.map(\.cells).max() ?? 0)
        kernels = method.kernels
    }

    /// Computes `results` from `row`. The row of a CMYK picture is inverted in place.
    func reduce() {
        if layout == .cmyk { invertRow() }
        if !segmentedSizes.isEmpty {
            let sum = layout == .gray ? kernels.sum_gray : kernels.sum_color
            sum?(row, segments.base, segments.count, sums.base)
            for size in segmentedSizes { resolve(size) }
        }
        for range in plainRanges {
            for cell in range {
                for lane in 0..<layout.bands { results.base[4 * cell + lane] = plainResult(cell, lane: lane) }
            }
        }
    }

    private func invertRow() {
        var at = UnsafeMutableRawPointer(row)
        let end = at + rowBytes
        while at < end {
            let group = at.loadUnaligned(as: SIMD16<UInt8>.self)
            at.storeBytes(of: ~group, as: SIMD16<UInt8>.self)
            at += 16
        }
    }

    /// Computes the results of one size from the sums, then the uncertain ones by the plain weighted sum.
    private func resolve(_ size: SegmentedSize) {
        let count =
            kernels.resolve?(
                sums.base, breakpoints.base + size.breakpoints, differences.base + size.differences,
                size.cells, results.base + 4 * size.results, uncertain.base) ?? 0
        for index in 0..<count {
            let found = uncertain.base[index]
            let cell = size.results + Int(found.cell)
            for lane in 0..<layout.bands where found.lanes & 1 << lane != 0 {
                results.base[4 * cell + lane] = plainResult(cell, lane: lane)
            }
        }
    }

    // MARK: The plain weighted sum

    private func plainResult(_ index: Int, lane: Int) -> UInt8 {
        let cell = plainCells.base[index]
        let samples = row + cell.start * layout.stride
        let weights = weights.base + cell.weights
        let sum =
            layout == .gray
            ? kernels.weigh_gray?(samples, weights, cell.count)
            : kernels.weigh_color?(samples, Int32(lane), weights, cell.count)
        let half = Int32(1) << Int32(TriangleFilter.precisionBits - 1)
        return UInt8(truncatingIfNeeded: (half &+ (sum ?? 0)) &>> Int32(TriangleFilter.precisionBits))
    }
}
