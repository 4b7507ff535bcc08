// SPDX-License-Identifier: Apache-2.0

import CPixels

/// One row of pixels in, the rounded results of all sizes out.
///
/// A result is 4 lanes wide, one for each band; for gray pictures the first counts. Sizes for which a cell is at
/// least `narrowest` pixels wide go by sums over segments; the others, and every result that these sums do not
/// settle, by the plain weighted sum.
final class HorizontalPass {
    /// Below this width of a cell the plain sum costs no more.
    private static let narrowest = 4

    let layout: PixelLayout
    /// The row's bytes, with room behind it for reading whole groups.
    let row: UnsafeMutablePointer<UInt8>
    private let rowStorage: Storage<UInt8>
    let rowBytes: Int
    /// Sizes in turn, cells in turn, 4 lanes each.
    let results: Storage<UInt8>

    private let weights: Storage<Int32>
    private let plainCells: Storage<PlainCell>
    private let pieces: Storage<px_piece>
    private let kinks: Storage<px_kink>
    private let differences: Storage<px_second_difference>
    private let segmentedSizes: [SegmentedSize]
    private let plainRanges: [Range<Int>]
    private let sums: Storage<px_sums>
    private let doubtful: Storage<UInt32>
    private let kernels: px_kernels

    /// Where a cell's weights and pixels are.
    private struct PlainCell: BitwiseCopyable {
        var start: Int
        var count: Int
        var weights: Int
    }

    /// One size's share of kinks, differences and results.
    private struct SegmentedSize {
        var kinks: Int
        var differences: Int
        var results: Int
        var cells: Int
    }

    init(_ filters: [TriangleFilter], layout: PixelLayout, method: ReductionMethod) {
        let width = filters.first?.length ?? 0
        self.layout = layout
        rowBytes = width * layout.stride
        // libjpeg-turbo writes rows that begin at a multiple of its vectors' 16 or 32 bytes past the cache, straight to
        // memory (`movntdq` in its colour conversion), which suits those who want a whole picture. Here each row
        // is read at once, so it begins elsewhere.
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
                segmented.append(
                    SegmentedSize(
                        kinks: before + wide.count, differences: before, results: cells.count,
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
        pieces = Storage(tables.pieces)
        kinks = Storage(tables.kinks)
        differences = Storage(tables.differences)
        sums = Storage(repeating: px_sums(), count: tables.pieces.count + 1)
        doubtful = Storage(repeating: 0, count: wide.map(\.cells).max() ?? 0)
        kernels = method.kernels
    }

    /// Turns what `row` holds into `results`.
    func reduce() {
        if layout == .cmyk { invertRow() }
        if !segmentedSizes.isEmpty {
            let sum = layout == .gray ? kernels.sum_gray : kernels.sum_color
            sum?(row, pieces.base, pieces.count, sums.base)
            for size in segmentedSizes { settle(size) }
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

    /// The results of one size; those that the sums do not settle are done again.
    private func settle(_ size: SegmentedSize) {
        let doubts =
            kernels.settle?(
                sums.base, kinks.base + size.kinks, differences.base + size.differences, size.cells,
                results.base + 4 * size.results, doubtful.base) ?? 0
        for index in 0..<doubts {
            let doubt = Int(doubtful.base[index])
            let cell = size.results + doubt >> 4
            for lane in 0..<layout.bands where doubt & 1 << lane != 0 {
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
