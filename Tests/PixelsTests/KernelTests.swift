// SPDX-License-Identifier: Apache-2.0

import Pixels
import Scripted
import Testing

/// The passes of the reduction and their tables are compared with `PlainReduction` for random rows.
@Suite struct KernelTests {
    private static let edges = [
        1, 2, 3, 5, 8, 9, 63, 64, 65, 255, 256, 257, 4032, 5803, 5805, 5900, 12_000, 65_500,
    ]

    @Test func `every weight of every window is the one of the plain formula`() {
        var random = SplitMix(seed: 11)
        for round in 0..<60 {
            let length =
                round < Self.edges.count ? Self.edges[round] : Int.random(in: 1...12_000, using: &random)
            let cells = round % 3 == 0 ? 8 << (round % 4) : Int.random(in: 1...256, using: &random)
            let filter = TriangleFilter(length: length, cells: cells)
            for cell in 0..<cells {
                let (start, weights) = PlainReduction.window(length: length, cells: cells, cell: cell)
                let first = filter.offsets[cell]
                let found = filter.weights[first..<first + filter.counts[cell]].map(Int.init)
                guard filter.starts[cell] == start, found == weights else {
                    Issue.record("length \(length) cells \(cells) cell \(cell)")
                    break
                }
            }
        }
    }

    /// The picture is the example in the documentation of `HorizontalPass`.
    @Test(arguments: ReductionMethod.allCases)
    func `a slope of 12 pixels reduced to 2 cells has the averages 3 and 8`(_ method: ReductionMethod) {
        let reducer = GridReducer(width: 12, height: 1, layout: .gray, sizes: [2], method: method)
        reducer.addRow { _ = $0.update(fromContentsOf: 0..<12) }
        #expect(reducer.grids()[0].samples == [3, 8, 3, 8])
    }

    /// Rows at an address elsewhere are not compared with the row before.
    @Test(arguments: [PixelLayout.gray, .rgbx])
    func `rows that equal the row before have the averages that they have elsewhere`(_ layout: PixelLayout) {
        var random = SplitMix(seed: 14)
        for (width, height) in [(7, 40), (300, 25), (3072, 20), (3073, 20)] {
            let sizes = [4, 64]
            let different = (0..<4).map { _ in Self.samples(width * layout.stride + 28, &random) }
            let compared = GridReducer(width: width, height: height, layout: layout, sizes: sizes)
            let elsewhere = GridReducer(width: width, height: height, layout: layout, sizes: sizes)
            for row in 0..<height {
                let samples = different[Int.random(in: 0..<4, using: &random)]
                if row % 7 == 3 {
                    samples.withUnsafeBufferPointer { if let at = $0.baseAddress { compared.addRow(at: at) } }
                } else {
                    compared.addRow { _ = $0.update(fromContentsOf: samples[..<(width * layout.stride)]) }
                }
                samples.withUnsafeBufferPointer { if let at = $0.baseAddress { elsewhere.addRow(at: at) } }
            }
            #expect(compared.grids().map(\.samples) == elsewhere.grids().map(\.samples), "\(width)")
        }
    }

    /// The vertical pass does not change a picture of one row.
    @Test(arguments: [PixelLayout.gray, .rgbx, .cmyk], ReductionMethod.allCases)
    func `a picture of one row is reduced by the plain horizontal sum`(
        _ layout: PixelLayout, _ method: ReductionMethod
    ) {
        var random = SplitMix(seed: 12)
        for round in 0..<30 {
            let isEdge = round < Self.edges.count
            let width = isEdge ? Self.edges[round] : Int.random(in: 1...5000, using: &random)
            let sizes =
                isEdge || round % 2 == 0 ? [8, 16, 32, 48, 64] : [Int.random(in: 1...256, using: &random)]
            // Above 5803 pixels the sums of a white row do not fit into the integers of narrow rows.
            let row =
                isEdge && width > 5000
                ? [UInt8](repeating: 255, count: width * layout.stride)
                : Self.samples(width * layout.stride, &random)
            let reducer = GridReducer(width: width, height: 1, layout: layout, sizes: sizes, method: method)
            reducer.addRow { _ = $0.update(fromContentsOf: row) }
            for grid in reducer.grids() {
                for band in 0..<layout.bands {
                    let line = (0..<width).map { Self.sample(row, $0, band, layout) }
                    let found = (0..<grid.size).map { grid.samples[$0 * grid.bands + band] }
                    #expect(
                        found == PlainReduction.shrink(line, to: grid.size), "width \(width) n \(grid.size)")
                }
            }
        }
    }

    /// The horizontal pass does not change a picture that is as wide as the grid.
    @Test(arguments: [PixelLayout.gray, .rgbx, .cmyk], ReductionMethod.allCases)
    func `a picture as wide as the grid is reduced by the plain vertical sum`(
        _ layout: PixelLayout, _ method: ReductionMethod
    ) {
        var random = SplitMix(seed: 13)
        for round in 0..<12 {
            let n = Int.random(in: 1...70, using: &random)
            let height = round < 9 ? [1, 2, 7, 64, 65, 255, 257, 1000, 4032][round] : n
            let rows = (0..<height).map { _ in Self.samples(n * layout.stride, &random) }
            let reducer = GridReducer(width: n, height: height, layout: layout, sizes: [n], method: method)
            for row in rows { reducer.addRow { _ = $0.update(fromContentsOf: row) } }
            let grid = reducer.grids()[0]
            for column in [0, n / 2, n - 1] {
                for band in 0..<layout.bands {
                    let line = rows.map { Self.sample($0, column, band, layout) }
                    let found = (0..<n).map { grid.samples[($0 * n + column) * grid.bands + band] }
                    #expect(found == PlainReduction.shrink(line, to: n), "height \(height) n \(n)")
                }
            }
        }
    }

    @Test(arguments: [PixelLayout.gray, .rgbx, .cmyk], ReductionMethod.allCases)
    func `both passes together equal the plain reduction`(_ layout: PixelLayout, _ method: ReductionMethod) {
        var random = SplitMix(seed: 14)
        for _ in 0..<6 {
            let width = Int.random(in: 1...500, using: &random)
            let height = Int.random(in: 1...60, using: &random)
            let sizes = [8, Int.random(in: 1...40, using: &random)]
            let rows = (0..<height).map { _ in Self.samples(width * layout.stride, &random) }
            let picture = rows.flatMap { row in
                (0..<width).flatMap { x in
                    (0..<layout.bands).map { Self.sample(row, x, $0, layout) }
                }
            }
            let reducer = GridReducer(
                width: width, height: height, layout: layout, sizes: sizes, method: method)
            for row in rows { reducer.addRow { _ = $0.update(fromContentsOf: row) } }
            for grid in reducer.grids() {
                let plain = PlainReduction.grid(picture, width: width, bands: layout.bands, size: grid.size)
                #expect(grid.samples == plain, "\(width) x \(height) n \(grid.size)")
            }
        }
    }

    @Test func `the nearest map equals the plain running sum`() {
        var random = SplitMix(seed: 15)
        for round in 0..<200 {
            let length =
                round < Self.edges.count ? Self.edges[round] : Int.random(in: 1...12_000, using: &random)
            let cells = Int.random(in: 1...256, using: &random)
            let found = NearestMap.cells(cells, over: length).map(Int.init)
            #expect(found == PlainReduction.nearest(cells, over: length), "\(cells) over \(length)")
        }
    }

    /// Returns `count` samples of random kind: noise, black and white stripes, one value, or a slope.
    private static func samples(_ count: Int, _ random: inout SplitMix) -> [UInt8] {
        switch Int.random(in: 0..<4, using: &random) {
        case 0: (0..<count).map { $0 / 12 % 2 == 0 ? 0 : 255 }
        case 1: [UInt8](repeating: .random(in: 0...255, using: &random), count: count)
        case 2: (0..<count).map { UInt8(255 * $0 / count) }
        default: (0..<count).map { _ in .random(in: 0...255, using: &random) }
        }
    }

    private static func sample(_ row: [UInt8], _ x: Int, _ band: Int, _ layout: PixelLayout) -> UInt8 {
        let stored = row[x * layout.stride + band]
        return layout == .cmyk ? 255 - stored : stored
    }
}
