// SPDX-License-Identifier: Apache-2.0

import CPixels
import JPEGEncoder
import Pixels
import Scripted
import Testing

/// The functions of `CPixelsBlocks.h`, those for every processor and those for the processor on which the tests run, are
/// compared with `PlainJPEG`.
@Suite struct GridWriterKernelTests {
    private static let kernels = [px_portable_block_kernels, px_best_block_kernels().pointee]
    private static let tables = BlockTables.standard

    // MARK: Transform and quantization

    /// One side of a block, and the cells of the pixels that its samples show, two for each sample.
    private struct Side {
        var side = px_side()
        /// The cells of the two pixels, along the side, of each sample; both are the same for a full component.
        var cells: [(Int, Int)]

        /// Creates a random side in a picture whose pixels show `cells`.
        init(_ cells: [UInt8], _ sampling: px_sampling, using generator: inout SplitMix) {
            let last = cells.count - 1
            let samples = sampling == .full ? cells.count : cells.count / 2 + cells.count % 2
            let start = 8 * Int.random(in: 0...(samples - 1) / 8, using: &generator)
            px_fill_side(&side, cells, cells.count, start, sampling)
            self.cells = (start..<start + 8).map { sample in
                switch sampling {
                case .full: return (Int(cells[min(sample, last)]), Int(cells[min(sample, last)]))
                // Beyond the picture the last pixel of a row is repeated, and the mean of the last pair of rows.
                case .halved_columns:
                    return (Int(cells[min(2 * sample, last)]), Int(cells[min(2 * sample + 1, last)]))
                case .halved_rows:
                    let pair = min(sample, last / 2)
                    return (Int(cells[2 * pair]), Int(cells[min(2 * pair + 1, last)]))
                }
            }
        }

        /// Returns random cells of a grid of `n` cells, which never decrease: of equal widths, or of random ones.
        static func cells(_ n: Int, using generator: inout SplitMix) -> [UInt8] {
            let count = Int.random(in: 1...70, using: &generator)
            if Bool.random(using: &generator) { return NearestMap.cells(n, over: count) }
            return (0..<count).map { _ in UInt8.random(in: 0..<UInt8(n), using: &generator) }.sorted()
        }
    }

    @Test(arguments: [0, 1])
    func `blocks are transformed as by jfdctint and quantized by division`(table: Int) {
        var generator = SplitMix(seed: UInt64(table))
        let steps = QuantizationTable.standard[table].steps
        for round in 0..<6000 {
            let n = Int.random(in: 1...(round % 5 == 0 ? 60 : 9), using: &generator)
            let contrast = [3, 40, 255].randomElement(using: &generator) ?? 0
            let padding = Int(PX_PLANE_PADDING)
            let samples = (0..<n * n + padding).map { _ in
                UInt8(Int.random(in: 0...contrast, using: &generator))
            }
            let isHalved = Bool.random(using: &generator)
            let rows = Side(
                Side.cells(n, using: &generator), isHalved ? .halved_rows : .full, using: &generator)
            let columns = Side(
                Side.cells(n, using: &generator), isHalved ? .halved_columns : .full, using: &generator)
            let pixels = rows.cells.flatMap { pair in
                [pair.0, pair.1].flatMap { row in
                    columns.cells.flatMap { [Int(samples[row * n + $0.0]), Int(samples[row * n + $0.1])] }
                }
            }
            let block = PlainJPEG.transform(PlainJPEG.halve(pixels, width: 16).map { Int32($0 - 128) })
            let expected = zip(block, steps).map { PlainJPEG.quantize($0, step: $1) }
            for kernels in Self.kernels {
                var quantized = px_quantized()
                var (rowSide, columnSide) = (rows.side, columns.side)
                kernels.quantize(samples, n, &rowSide, &columnSide, Self.tables[table].address, &quantized)
                let found = withUnsafeBytes(of: quantized.values) {
                    $0.bindMemory(to: Int16.self).map(Int32.init)
                }
                #expect(found == expected, "round \(round), \(n) cells, halved \(isHalved)")
                #expect(quantized.nonzero == Self.nonzero(expected), "round \(round)")
                #expect(quantized.is_plain == Self.isPlain(expected), "round \(round)")
            }
        }
    }

    /// Returns a word whose bit i is set if the coefficient at position i of the zigzag order is not zero.
    private static func nonzero(_ block: [Int32]) -> UInt64 {
        QuantizationTable.naturalOrder.enumerated().reduce(0) {
            $0 | (block[$1.element] != 0 ? 1 << $1.offset : 0)
        }
    }

    /// Returns true if the complete codes of all AC coefficients of a block are in tables.
    private static func isPlain(_ block: [Int32]) -> Bool {
        var run = 0
        for place in QuantizationTable.naturalOrder.dropFirst() {
            guard block[place] != 0 else {
                run += 1
                continue
            }
            if run > 15 || abs(block[place]) >= 32 { return false }
            run = 0
        }
        return true
    }

    /// The coefficients are all whose magnitude is at most 8 * 8 * 128 * 2, with the divisor of each position.
    @Test(arguments: [0, 1])
    func `the factors of the quantization give quotients rounded half away from zero`(table: Int) {
        let steps = QuantizationTable.standard[table].steps
        let tables = Self.tables[table].address
        var wrong = 0
        for place in 0..<64 {
            for magnitude in Int32(0)...16384
            where px_quotient(tables, Int32(place), magnitude)
                != PlainJPEG.quantize(magnitude, step: steps[place])
            {
                wrong += 1
            }
        }
        #expect(wrong == 0)
    }

    // MARK: Entropy coding

    private func text(_ bits: borrowing BitString) -> String {
        let words = (0..<bits.wordCount).map { PlainJPEG.binary(bits.base[$0], 64) }.joined()
        return words + PlainJPEG.binary(bits.pending, bits.pendingCount)
    }

    @Test(arguments: [0, 1])
    func `coefficients are coded as run, category and value`(table: Int) {
        var generator = SplitMix(seed: 3)
        for round in 0..<2000 {
            let density = Int.random(in: 0...16, using: &generator)
            let most = Int32.random(in: 0...10, using: &generator)
            let values = (0..<64).map { position -> Int32 in
                guard Int.random(in: 0..<16, using: &generator) < density else { return 0 }
                let size = min(most, position == 0 ? 7 : 10)
                return .random(in: -(1 << size) + 1...(1 << size) - 1, using: &generator)
            }
            var block = [Int32](repeating: 0, count: 64)
            for (position, place) in QuantizationTable.naturalOrder.enumerated() {
                block[place] = values[position]
            }
            var quantized = px_quantized()
            quantized.nonzero = Self.nonzero(block)
            quantized.is_plain = Self.isPlain(block)
            withUnsafeMutableBytes(of: &quantized.values) { bytes in
                for (place, value) in block.enumerated() {
                    bytes.storeBytes(of: Int16(value), toByteOffset: 2 * place, as: Int16.self)
                }
            }
            let difference = Int32.random(in: -255...255, using: &generator)
            let tables = Self.tables[table].address
            let dc = px_dc_code(tables, difference)
            let before = round % 64
            for kernels in Self.kernels {
                var bits = BitString()
                bits.reserve(Int(PX_LONGEST_BLOCK) + 1)
                bits.bits.pending_count = UInt64(before)
                kernels.code(dc, &quantized, tables, &bits.bits)
                let expected =
                    PlainJPEG.bitsOfDC(difference: difference, table: table)
                    + PlainJPEG.bitsOfAC(block, table: table)
                #expect(text(bits) == String(repeating: "0", count: before) + expected, "round \(round)")
            }
        }
    }

    /// All directions, places and heights of an edge are compared; the sample of the last cell is random.
    @Test(arguments: [0, 1])
    func `the table codes of blocks with one edge are those of the blocks`(table: Int) {
        var generator = SplitMix(seed: 4)
        let steps = QuantizationTable.standard[table].steps
        let tables = Self.tables[table].address
        for height in -255...255 {
            let last = Int.random(in: max(0, -height)...min(255, 255 - height), using: &generator)
            for place in 0..<Int(PX_EDGE_PLACES) {
                for isRows in [false, true] {
                    let pixels = (0..<256).map { pixel -> Int in
                        let along = isRows ? pixel / 16 : pixel % 16
                        let edge = place < 8 ? 2 * place : 2 * (place - 8) + 1
                        return along < edge ? last + height : last
                    }
                    let samples = PlainJPEG.halve(pixels, width: 16).map { Int32($0 - 128) }
                    let block = PlainJPEG.transform(samples)
                    let quantized = zip(block, steps).map { PlainJPEG.quantize($0, step: $1) }
                    let code = px_code_of_edge(tables, isRows, Int32(place), Int32(height))
                    let bits =
                        PlainJPEG.binary(code.first_bits, Int(code.first_count))
                        + PlainJPEG.binary(code.bits, Int(code.count))
                    guard bits == PlainJPEG.bitsOfAC(quantized, table: table),
                        Int(code.rise) == Int(block[0]) - 64 * (last - 128)
                    else {
                        Issue.record("place \(place), height \(height), last \(last), rows \(isRows)")
                        return
                    }
                }
            }
        }
    }

    // MARK: Sides and planes

    @Test func `the edge of a side is where its samples change from one cell to another`() {
        var side = px_side()
        for edge in 0..<16 {
            // The second cell begins at pixel 16 + edge, in a block of 8 samples that begins at pixel 16.
            let cells = (0..<40).map { UInt8($0 < 16 + edge ? 3 : 4) }
            px_fill_side(&side, cells, cells.count, 8, .halved_columns)
            #expect(side.edge == (edge % 2 == 0 ? edge / 2 : 8 + edge / 2))
            #expect(side.is_level == (edge == 0))
            px_fill_side(&side, cells, cells.count, 16, .full)
            #expect(side.edge == edge % 8 || edge >= 8)
            #expect(side.is_level == (edge == 0 || edge >= 8))
            #expect(side.runs == (side.is_level ? 1 : 2))
        }
        // Three cells, two samples that are means, and a block beyond the picture.
        px_fill_side(&side, [0, 1, 2, 2, 2, 2, 2, 2], 8, 0, .full)
        #expect(side.edge == PX_NO_EDGE && side.runs == 3)
        px_fill_side(&side, [0, 1, 0, 1] + [UInt8](repeating: 1, count: 12), 16, 0, .halved_columns)
        #expect(side.edge == PX_NO_EDGE && side.runs == 2)
        px_fill_side(&side, [0, 0, 0], 3, 8, .full)
        #expect(side.edge == PX_NO_EDGE && side.runs == 0 && !side.is_level)
    }

    private func planes(_ samples: [UInt8], bands: Int) -> [[UInt8]] {
        let count = samples.count / bands
        var planes = [UInt8](repeating: 0, count: samples.count)
        px_fill_planes(&planes, samples, count, Int32(bands))
        return (0..<bands).map { Array(planes[$0 * count..<($0 + 1) * count]) }
    }

    @Test func `colours are converted as by jccolor`() {
        var generator = SplitMix(seed: 6)
        let edges: [UInt8] = [0, 1, 2, 3, 63, 64, 127, 128, 129, 191, 192, 252, 253, 254, 255]
        var colors = edges.flatMap { red in edges.flatMap { green in edges.flatMap { [red, green, $0] } } }
        let count = 65536
        while colors.count < 3 * count { colors.append(.random(in: 0...255, using: &generator)) }
        let planes = planes(colors, bands: 3)
        var wrong = 0
        for cell in 0..<count {
            let expected = PlainJPEG.convert(colors[3 * cell], colors[3 * cell + 1], colors[3 * cell + 2])
            if (0..<3).contains(where: { planes[$0][cell] != expected[$0] }) { wrong += 1 }
        }
        #expect(wrong == 0)
    }

    @Test func `ink is inverted and gray is unchanged`() {
        #expect(planes([1, 2, 3, 4], bands: 1) == [[1, 2, 3, 4]])
        #expect(
            planes(Array(0..<16), bands: 4) == [
                [255, 251, 247, 243], [254, 250, 246, 242], [253, 249, 245, 241], [252, 248, 244, 240],
            ])
    }
}
