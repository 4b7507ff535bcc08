// SPDX-License-Identifier: Apache-2.0

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
    let row: Storage<UInt8>
    let rowBytes: Int
    /// Sizes in turn, cells in turn, 4 lanes each.
    let results: Storage<SIMD4<UInt8>>

    private let weights: Storage<Int32>
    private let plainCells: Storage<PlainCell>
    /// The first `segmented.count` of `plainCells` belong to sizes that use segments.
    private let pieces: Storage<Piece>
    private let kinks: Storage<Kink>
    private let differences: Storage<SecondDifference>
    private let segmentedSizes: [SegmentedSize]
    private let plainRanges: [Range<Int>]
    private let masks: Storage<SIMD16<UInt8>>
    private let sums: Storage<Sums>
    private let values: Storage<SIMD4<Double>>

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

    /// Sum of p and sum of x * p over all pixels in front of a piece; exact integers.
    fileprivate struct Sums: BitwiseCopyable {
        var ofSamples = SIMD4<Double>()
        var ofMoments = SIMD4<Double>()
    }

    /// `plain`: never use segments, for comparison.
    init(_ filters: [TriangleFilter], layout: PixelLayout, plain: Bool) {
        let width = filters.first?.length ?? 0
        self.layout = layout
        rowBytes = width * layout.stride
        row = Storage(repeating: 0, count: rowBytes + 16)

        var allWeights: [Int32] = []
        var cells: [PlainCell] = []
        var segmented: [SegmentedSize] = []
        var plainRanges: [Range<Int>] = []
        var wide: [TriangleFilter] = []
        for filter in filters {
            if !plain && width >= Self.narrowest * filter.cells {
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
        results = Storage(repeating: .zero, count: cells.count)
        segmentedSizes = segmented
        self.plainRanges = plainRanges
        pieces = Storage(tables.pieces)
        kinks = Storage(tables.kinks)
        differences = Storage(tables.differences)
        sums = Storage(repeating: Sums(), count: tables.pieces.count + 1)
        values = Storage(repeating: .zero, count: tables.kinks.count)
        let groupPixels = 16 / layout.stride
        masks = Storage(
            (0...groupPixels).map { pixels in
                var mask = SIMD16<UInt8>()
                for byte in 0..<pixels * layout.stride { mask[byte] = 0xFF }
                return mask
            })
    }

    /// Turns what `row` holds into `results`.
    func reduce() {
        if layout == .cmyk { invertRow() }
        if !segmentedSizes.isEmpty {
            if layout == .gray { sumGrayPieces() } else { sumColorPieces() }
            evaluateKinks()
            for size in segmentedSizes { settle(size) }
        }
        for range in plainRanges {
            for cell in range { results.base[cell] = plainResult(cell) }
        }
    }

    private func invertRow() {
        var at = UnsafeMutableRawPointer(row.base)
        let end = at + rowBytes
        while at < end {
            let group = at.loadUnaligned(as: SIMD16<UInt8>.self)
            at.storeBytes(of: ~group, as: SIMD16<UInt8>.self)
            at += 16
        }
    }

    // MARK: Sums over segments

    /// 4 pixels a group. `low` and `high` collect pixels 0, 1 and 2, 3 of the groups, the `later` ones the sums of
    /// these sums, in which a pixel of group g counts once for g and each group behind it.
    private func sumColorPieces() {
        let bytes = UnsafeRawPointer(row.base)
        var total = Sums()
        for index in 0..<pieces.count {
            let piece = pieces.base[index]
            var at = bytes + piece.offset
            var low = SIMD8<UInt16>()
            var high = SIMD8<UInt16>()
            var lowLater = SIMD8<UInt16>()
            var highLater = SIMD8<UInt16>()
            for _ in 1..<piece.groups {
                let group = at.loadUnaligned(as: SIMD16<UInt8>.self)
                low &+= SIMD8<UInt16>(truncatingIfNeeded: group.lowHalf)
                high &+= SIMD8<UInt16>(truncatingIfNeeded: group.highHalf)
                lowLater &+= low
                highLater &+= high
                at += 16
            }
            let group = at.loadUnaligned(as: SIMD16<UInt8>.self) & masks.base[piece.lastPixels]
            low &+= SIMD8<UInt16>(truncatingIfNeeded: group.lowHalf)
            high &+= SIMD8<UInt16>(truncatingIfNeeded: group.highHalf)
            lowLater &+= low
            highLater &+= high

            let first = SIMD4<UInt32>(truncatingIfNeeded: low.lowHalf)
            let second = SIMD4<UInt32>(truncatingIfNeeded: low.highHalf)
            let third = SIMD4<UInt32>(truncatingIfNeeded: high.lowHalf)
            let fourth = SIMD4<UInt32>(truncatingIfNeeded: high.highHalf)
            let upper = third &+ fourth
            let samples = first &+ second &+ upper
            let later =
                SIMD4<UInt32>(truncatingIfNeeded: lowLater.lowHalf)
                &+ SIMD4<UInt32>(truncatingIfNeeded: lowLater.highHalf)
                &+ SIMD4<UInt32>(truncatingIfNeeded: highLater.lowHalf)
                &+ SIMD4<UInt32>(truncatingIfNeeded: highLater.highHalf)
            // Pixel i of group g lies at 4 g + i; `later` is the sum of (groups - g) * p.
            let within = second &+ upper &+ upper &+ fourth
            total.add(samples, within: within, later: later, piece: piece, groupPixels: 4)
            sums.base[index + 1] = total
        }
    }

    /// 16 pixels a group, all of one band.
    private func sumGrayPieces() {
        let bytes = UnsafeRawPointer(row.base)
        let positions = SIMD8<UInt32>(0, 1, 2, 3, 4, 5, 6, 7)
        var total = Sums()
        for index in 0..<pieces.count {
            let piece = pieces.base[index]
            var at = bytes + piece.offset
            var low = SIMD8<UInt16>()
            var high = SIMD8<UInt16>()
            var lowLater = SIMD8<UInt16>()
            var highLater = SIMD8<UInt16>()
            for _ in 1..<piece.groups {
                let group = at.loadUnaligned(as: SIMD16<UInt8>.self)
                low &+= SIMD8<UInt16>(truncatingIfNeeded: group.lowHalf)
                high &+= SIMD8<UInt16>(truncatingIfNeeded: group.highHalf)
                lowLater &+= low
                highLater &+= high
                at += 16
            }
            let group = at.loadUnaligned(as: SIMD16<UInt8>.self) & masks.base[piece.lastPixels]
            low &+= SIMD8<UInt16>(truncatingIfNeeded: group.lowHalf)
            high &+= SIMD8<UInt16>(truncatingIfNeeded: group.highHalf)
            lowLater &+= low
            highLater &+= high

            let left = SIMD8<UInt32>(truncatingIfNeeded: low)
            let right = SIMD8<UInt32>(truncatingIfNeeded: high)
            let later =
                SIMD8<UInt32>(truncatingIfNeeded: lowLater) &+ SIMD8<UInt32>(truncatingIfNeeded: highLater)
            let within = (left &+ right) &* positions &+ (right &<< 3)
            total.add(
                SIMD4(first: (left &+ right).wrappedSum()), within: SIMD4(first: within.wrappedSum()),
                later: SIMD4(first: later.wrappedSum()), piece: piece, groupPixels: 16)
            sums.base[index + 1] = total
        }
    }

    /// `Q` at each kink b: the sum of (b - x - 1/2) * p over the pixels left of it.
    private func evaluateKinks() {
        for index in 0..<kinks.count {
            let kink = kinks.base[index]
            let before = sums.base[kink.piece]
            values.base[index] = before.ofSamples * kink.position - before.ofMoments
        }
    }

    /// The results of one size from the second differences of `Q`.
    private func settle(_ size: SegmentedSize) {
        // Adding and subtracting it rounds a double of this range to the nearest integer.
        let rounder = 6755399441055744.0
        var left = SIMD4<Double>()
        var middle = values.base[size.kinks]
        for cell in 0..<size.cells {
            let right = values.base[size.kinks + cell + 1]
            let difference = differences.base[size.differences + cell]
            let level = (left - middle - middle + right) * difference.factor + difference.bias
            let shifted = level + rounder
            let distance = level - (shifted - rounder)
            let bits = unsafeBitCast(shifted, to: SIMD4<UInt64>.self)
            var result = SIMD4<UInt8>(truncatingIfNeeded: bits)
            let doubtful = distance * distance .>= difference.certainty
            if any(doubtful) {
                for lane in 0..<layout.bands where doubtful[lane] {
                    result[lane] = plainResult(size.results + cell, lane: lane)
                }
            }
            results.base[size.results + cell] = result
            left = middle
            middle = right
        }
    }

    // MARK: The plain weighted sum

    private func plainResult(_ cell: Int) -> SIMD4<UInt8> {
        var result = SIMD4<UInt8>()
        for lane in 0..<layout.bands { result[lane] = plainResult(cell, lane: lane) }
        return result
    }

    private func plainResult(_ index: Int, lane: Int) -> UInt8 {
        let cell = plainCells.base[index]
        let stride = layout.stride
        let samples = row.base + cell.start * stride + lane
        let weights = weights.base + cell.weights
        var sum = Int32(1) << Int32(TriangleFilter.precisionBits - 1)
        for x in 0..<cell.count { sum &+= Int32(samples[x &* stride]) &* weights[x] }
        return UInt8(truncatingIfNeeded: sum &>> Int32(TriangleFilter.precisionBits))
    }
}

extension HorizontalPass.Sums {
    /// Adds the sums of a piece: of its samples, of their position within a group, and of `groups - g` times each
    /// sample of group g. All stay below 2^32, and the totals below 2^53, for every allowed width.
    @inline(__always)
    fileprivate mutating func add(
        _ samples: SIMD4<UInt32>, within: SIMD4<UInt32>, later: SIMD4<UInt32>, piece: Piece,
        groupPixels: UInt32
    ) {
        let groups = UInt32(truncatingIfNeeded: piece.groups)
        let moments = (samples &* groups &- later) &* groupPixels &+ within
        let ofPiece = SIMD4<Double>(SIMD4<Int32>(truncatingIfNeeded: samples))
        ofSamples += ofPiece
        ofMoments += ofPiece * piece.start + SIMD4<Double>(SIMD4<Int32>(truncatingIfNeeded: moments))
    }
}

extension SIMD4<UInt32> {
    fileprivate init(first value: UInt32) { self.init(value, 0, 0, 0) }
}
