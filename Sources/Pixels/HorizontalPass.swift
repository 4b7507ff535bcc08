// SPDX-License-Identifier: Apache-2.0

import CPixels

/// The horizontal pass of the reduction. It averages one row of pixels to rounded 8-bit averages, one for each cell and
/// band, for all sizes at once.
///
/// The average of a cell is a weighted sum of pixels (`TriangleFilter`). It is computed in one of two ways, both with
/// the same result:
///
/// - The plain weighted sum multiplies every pixel by its weight. It serves sizes whose cells are less than `narrowest`
///   pixels wide.
/// - The other way uses that the weights are linear in x between any two neighbouring breakpoints. A breakpoint is the
///   middle of a cell of any size. The row is cut into segments at all breakpoints; the sums of p(x) and of x * p(x)
///   over the segments are computed once, and each average follows from the sums at three breakpoints. An average that
///   is too near to the middle between two integers, so that the rounding of the weights could decide, is uncertain and
///   computed by the plain weighted sum. A row that is narrow enough has loops of its own, with smaller numbers.
///
/// An example: a row of 12 gray pixels with p(x) = x, reduced to 2 cells. Each weighs the pixels nearer than 12 / 2 = 6
/// to its middle.
///
///     middles of the cells   c = 3, 9
///     breakpoints            b = 3, 9, and 15 beyond the row, where the sums are those of the whole row
///     segments               0..<3, 3..<9, 9..<12
///     S0, the sum of p       3, 36, 66         of the pixels left of each breakpoint
///     S1, the sum of x * p   5, 204, 506
///     Q = (b - 1/2) S0 - S1  2.5, 102, 451     and 0 left of the row
///     second differences     0 - 2 * 2.5 + 102 = 97,  2.5 - 2 * 102 + 451 = 249.5
///     sum of the weights     31.5 in each cell: 3.5 + 4.5 + 5.5 + 5.5 + 4.5 + 3.5 + 2.5 + 1.5 + 0.5
///     averages               97 / 31.5 = 3.08 and 249.5 / 31.5 = 7.92
///
/// Both averages are certain, rounded to 3 and 8: their distance to the middle between two integers is larger than the
/// error that integer weights, in units of 2^-22, can cause.
final class HorizontalPass {
    /// The width of a cell in pixels below which the plain weighted sum costs less than sums over segments of the row.
    private static let narrowest = 4

    /// The order of the samples in a row.
    let layout: PixelLayout
    /// The row of pixels to be reduced, `rowBytes` bytes. The `GridReducer.readableBytes` after it belong to the
    /// buffer, too, and may be read.
    private(set) var row: UnsafeMutablePointer<UInt8>
    private let rowStorage: Storage<UInt8>
    /// The row before, if it was in a buffer of this pass; nil if rows are not compared.
    private var lastRow: UnsafeMutablePointer<UInt8>?
    private var hasLastRow = false
    /// The length in bytes up to which a row is compared with the one before, so that both are in the nearest cache.
    private static let longestCompared = 12288
    /// The length of a row in bytes.
    let rowBytes: Int
    /// The rounded averages of the row that was reduced last: size by size and cell by cell, 4 bytes for each cell, one
    /// for each band. The bytes of a gray or RGB cell after its 1 or 3 bands are undefined.
    let results: Storage<UInt8>

    /// The integer weights of the pixels in the average of each cell of each size, in units of 2^-22.
    private let weights: Storage<Int32>
    /// The pixels and weights of each cell of each size, for the plain weighted sum.
    private let plainCells: Storage<px_plain_cell>
    /// The tables and the sums of the other way. Those of narrow rows are empty for other rows, and the others for
    /// narrow ones.
    private let segments: Storage<px_segment>
    private let breakpoints: Storage<px_breakpoint>
    private let differences: Storage<px_second_difference>
    private let narrowSegments: Storage<px_narrow_segment>
    private let narrowCells: Storage<px_narrow_cells>
    private let narrowSums: Storage<px_narrow_sums>
    private let isNarrow: Bool
    private let segmentedSizes: [SegmentedSize]
    /// The ranges, in `plainCells`, of the cells of those sizes that are computed by the plain weighted sum alone.
    private let plainRanges: [Range<Int>]
    /// The sums of the samples, and of the samples times their positions, over all pixels left of the end of a segment:
    /// element i + 1 is for segment i, and element 0, for the left end of the row, is 0.
    private let sums: Storage<px_sums>
    /// The cells of one size of which an average is uncertain: too near to the middle between two integers to be
    /// rounded.
    private let uncertain: Storage<px_uncertain_cell>
    private let kernels: px_kernels
    private let narrowKernels: px_narrow_kernels
    private let colorKernels: px_color_kernels

    /// The indices of the elements of one size in the tables of all sizes, for a size whose averages are computed from
    /// sums over segments.
    private struct SegmentedSize {
        /// The index of the size's first breakpoint in `HorizontalPass.breakpoints`, or of its first cells in
        /// `HorizontalPass.narrowCells`.
        var breakpoints = 0
        /// The index, in `HorizontalPass.differences`, of the coefficients of the size's first cell.
        var differences = 0
        /// The distance below which an average of a narrow row is certain.
        var safeDistance: Float = 0
        /// The index of the size's first cell among the cells of all sizes.
        var results: Int
        /// The number of the size's cells in a row.
        var cells: Int
    }

    /// Creates the horizontal pass of a reduction, which averages each row to the cells of every size.
    ///
    /// - Parameters:
    ///   - filters: The weights of each size, all for rows of the same length.
    ///   - layout: The order of the samples in a row.
    ///   - method: The method of computing the averages.
    init(_ filters: [TriangleFilter], layout: PixelLayout, method: ReductionMethod) {
        let width = filters.first?.length ?? 0
        self.layout = layout
        rowBytes = width * layout.stride
        // libjpeg-turbo writes rows that begin at a multiple of its vectors' 16 or 32 bytes past the cache, straight to
        // memory (`movntdq` in its colour conversion), which is best when a whole picture is decoded. Here each row is
        // read at once, so it begins elsewhere.
        let bufferBytes = (rowBytes + GridReducer.readableBytes + 31) / 32 * 32
        let isCompared = rowBytes <= Self.longestCompared
        rowStorage = Storage(repeating: 0, count: (isCompared ? 2 : 1) * bufferBytes + 36)
        row = rowStorage.base + (36 - Int(bitPattern: rowStorage.base) % 32)
        lastRow = isCompared ? row + bufferBytes : nil

        var allWeights: [Int32] = []
        var cells: [px_plain_cell] = []
        var segmented: [SegmentedSize] = []
        var plainRanges: [Range<Int>] = []
        var wide: [TriangleFilter] = []
        for filter in filters {
            if method != .plain && width >= Self.narrowest * filter.cells {
                segmented.append(SegmentedSize(results: cells.count, cells: filter.cells))
                wide.append(filter)
            } else {
                plainRanges.append(cells.count..<cells.count + filter.cells)
            }
            for var cell in filter.plainCells {
                cell.weights += Int64(allWeights.count)
                cells.append(cell)
            }
            allWeights.append(contentsOf: filter.weights)
        }
        isNarrow =
            layout.stride == 4 && wide.allSatisfy { NarrowTables.fit(width: width, cells: $0.cells) }
        let narrowTables = NarrowTables(isNarrow ? wide : [])
        let tables = SegmentTables(isNarrow ? [] : wide, layout: layout)
        var before = 0
        for index in segmented.indices {
            if isNarrow {
                segmented[index].breakpoints = narrowTables.starts[index]
                segmented[index].safeDistance = narrowTables.safeDistances[index]
            } else {
                // Each size has one breakpoint more than cells.
                segmented[index].breakpoints = before + index
                segmented[index].differences = before
                before += segmented[index].cells
            }
        }
        weights = Storage(allWeights)
        plainCells = Storage(cells)
        results = Storage(repeating: 0, count: 4 * cells.count)
        segmentedSizes = segmented
        self.plainRanges = plainRanges
        segments = Storage(tables.segments)
        breakpoints = Storage(tables.breakpoints)
        differences = Storage(tables.differences)
        narrowSegments = Storage(narrowTables.segments)
        narrowCells = Storage(narrowTables.cells)
        narrowSums = Storage(repeating: px_narrow_sums(), count: narrowTables.segments.count + 1)
        sums = Storage(repeating: px_sums(), count: tables.segments.count + 1)
        uncertain = Storage(repeating: px_uncertain_cell(), count: wide.map(\.cells).max() ?? 0)
        kernels = method.kernels
        narrowKernels = method.narrowKernels
        colorKernels = method.colorKernels
    }

    /// Computes `results` from `row`, which may be another buffer afterwards. A row of a CMYK picture is inverted in
    /// place first, and colours are multiplied with alpha. Equal rows have equal averages: drawn pictures have many.
    func reduce() {
        switch layout {
        case .cmyk: invertRow()
        case .grayAlpha, .rgba: colorKernels.premultiply?(row, rowBytes / layout.stride)
        case .gray, .rgbx: break
        }
        if let lastRow {
            if hasLastRow, px_is_equal(row, lastRow, rowBytes) { return }
            average(row)
            (row, self.lastRow, hasLastRow) = (lastRow, row, true)
        } else {
            average(row)
        }
    }

    /// Computes `results` from a row that is elsewhere in memory, in a layout of which nothing changes in place. The
    /// `GridReducer.readableBytes` after it may be read.
    func reduce(_ row: UnsafePointer<UInt8>) {
        hasLastRow = false
        average(row)
    }

    private func average(_ row: UnsafePointer<UInt8>) {
        if !segmentedSizes.isEmpty {
            if isNarrow {
                narrowKernels.sum?(row, narrowSegments.base, narrowSegments.count, narrowSums.base)
            } else {
                let sum = layout == .gray ? kernels.sum_gray : kernels.sum_color
                sum?(row, segments.base, segments.count, sums.base)
            }
            for size in segmentedSizes { resolve(size, row) }
        }
        for range in plainRanges {
            if layout == .gray {
                for cell in range { results.base[4 * cell] = plainResult(cell, row, band: 0) }
            } else {
                colorKernels.weigh_cells?(
                    row, plainCells.base + range.lowerBound, range.count, weights.base,
                    Int32(TriangleFilter.precisionBits), results.base + 4 * range.lowerBound)
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

    /// Computes the averages of one size from the sums over segments. An average that is uncertain, because it is too
    /// near to the middle between two integers, is computed by the plain weighted sum instead.
    private func resolve(_ size: SegmentedSize, _ row: UnsafePointer<UInt8>) {
        let results = results.base + 4 * size.results
        let count =
            isNarrow
            ? narrowKernels.resolve?(
                narrowSums.base, narrowCells.base + size.breakpoints, size.cells, size.safeDistance, results,
                uncertain.base) ?? 0
            : kernels.resolve?(
                sums.base, breakpoints.base + size.breakpoints, differences.base + size.differences,
                size.cells, results, uncertain.base) ?? 0
        for index in 0..<count {
            let found = uncertain.base[index]
            let cell = Int(found.cell)
            for band in 0..<layout.averaged where found.bands & 1 << band != 0 {
                results[4 * cell + band] = plainResult(size.results + cell, row, band: band)
            }
        }
    }

    // MARK: The plain weighted sum

    /// Returns the rounded average of a cell by the plain weighted sum.
    ///
    /// - Parameters:
    ///   - index: The index of the cell among the cells of all sizes.
    ///   - band: The band, 0...3.
    private func plainResult(_ index: Int, _ row: UnsafePointer<UInt8>, band: Int) -> UInt8 {
        let cell = plainCells.base[index]
        let samples = row + Int(cell.start) * layout.stride
        let weights = weights.base + Int(cell.weights)
        let sum =
            layout == .gray
            ? kernels.weigh_gray?(samples, weights, Int(cell.count))
            : kernels.weigh_color?(samples, Int32(band), weights, Int(cell.count))
        let half = Int32(1) << Int32(TriangleFilter.precisionBits - 1)
        return UInt8(truncatingIfNeeded: (half &+ (sum ?? 0)) &>> Int32(TriangleFilter.precisionBits))
    }
}
