// SPDX-License-Identifier: Apache-2.0

import JPEGEncoder
import Pixels
import Scripted
import Testing

/// The steps of `GridWriter` are compared with those of `PlainJPEG`.
@Suite struct GridWriterKernelTests {
    /// Returns a row of 8 samples, each less 128: random, extreme or similar ones, which change at one or more places.
    private func row(using generator: inout SplitMix) -> SIMD8<Int16> {
        let runs = Int.random(in: 1...8, using: &generator)
        let kind = Int.random(in: 0..<3, using: &generator)
        var row = SIMD8<Int16>()
        var level: Int16 = 0
        for sample in 0..<8 {
            if sample == 0 || Int.random(in: 0..<8, using: &generator) < runs {
                switch kind {
                case 0: level = .random(in: -128...127, using: &generator)
                case 1: level = Bool.random(using: &generator) ? -128 : 127
                default: level = .random(in: -3...3, using: &generator)
                }
            }
            row[sample] = level
        }
        return row
    }

    @Test func `blocks of few distinct rows are transformed as by jfdctint`() {
        var generator = SplitMix(seed: 1)
        for _ in 0..<4000 {
            let count = Int.random(in: 1...8, using: &generator)
            let begins = [0] + (1...7).shuffled(using: &generator).prefix(count - 1).sorted()
            let distinct = (0..<count).map { _ in row(using: &generator) }
            var starts = BlockSpan.EightBytes()
            for run in 0..<count { starts[run] = UInt8(begins[run]) }
            let samples = (0..<8).flatMap { row -> [Int32] in
                let run = begins.lastIndex { $0 <= row } ?? 0
                return (0..<8).map { Int32(distinct[run][$0]) }
            }
            var coefficients = [SIMD8<Int16>](repeating: SIMD8(repeating: -1), count: 8)
            let passed = distinct.map { ForwardDCT.shared.firstPass($0) }
            let set = ForwardDCT.shared.secondPass(passed, starts: starts, count: count, into: &coefficients)
            for row in set..<8 { coefficients[row] = SIMD8() }
            let ours = coefficients.flatMap { row in (0..<8).map { Int32(row[$0]) } }
            #expect(ours == PlainJPEG.transform(samples), "\(begins) \(distinct)")
        }
    }

    // The tables of quantizers and coders are never freed, so that they are made once.
    private static let quantizers = QuantizationTable.standard.map { Quantizer($0) }
    private static let coders = HuffmanTable.standard.map { EntropyCoder($0) }

    /// The coefficients are all whose magnitude is at most 8 * 8 * 128 * 2, with the divisor of each position.
    @Test(arguments: [0, 1])
    func `quantized coefficients are quotients rounded half away from zero`(table: Int) {
        let steps = QuantizationTable.standard[table]
        let quantizer = Self.quantizers[table]
        var wrong = 0
        for (position, place) in QuantizationTable.naturalOrder.enumerated() {
            for coefficient in Int32(-16384)...16384
            where quantizer.quantize(coefficient, at: position)
                != PlainJPEG.quantize(coefficient, step: steps.steps[place])
            {
                wrong += 1
            }
        }
        #expect(wrong == 0)
    }

    @Test(arguments: [0, 1])
    func `the bits for nonzero coefficients are those of the quotients`(table: Int) {
        let steps = QuantizationTable.standard[table]
        let quantizer = Self.quantizers[table]
        var generator = SplitMix(seed: 2)
        for round in 0..<3000 {
            var coefficients = [SIMD8<Int16>](repeating: SIMD8(), count: 8)
            for place in 0..<64 where Bool.random(using: &generator) {
                let half = 4 * Int16(steps.steps[place])
                // The values are at the thresholds, where an error has an effect, or far from them.
                let value: Int16 = round % 2 == 0 ? half + .random(in: -1...1, using: &generator) : 16384
                coefficients[place / 8][place % 8] = Bool.random(using: &generator) ? value : -value
            }
            var expected: UInt64 = 0
            for (position, place) in QuantizationTable.naturalOrder.enumerated() {
                let value = Int32(coefficients[place / 8][place % 8])
                if PlainJPEG.quantize(value, step: steps.steps[place]) != 0 {
                    expected |= 1 << UInt64(position)
                }
            }
            #expect(quantizer.nonzero(coefficients, rows: 8) == expected)
            let firstRow = (0..<8).reduce(UInt64(0)) { bits, column in
                bits | 1 << UInt64(QuantizationTable.naturalOrder.firstIndex(of: column) ?? 0)
            }
            #expect(quantizer.nonzero(coefficients, rows: 1) == expected & firstRow)
        }
    }

    private func text(_ bits: borrowing BitString) -> String {
        let words = (0..<bits.wordCount).map { PlainJPEG.binary(bits.base[$0], 64) }.joined()
        return words + PlainJPEG.binary(bits.pending, bits.pendingCount)
    }

    @Test(arguments: [0, 1])
    func `coefficients are coded as run, category and value`(table: Int) {
        let coder = Self.coders[table]
        var generator = SplitMix(seed: 3)
        for _ in 0..<1000 {
            let density = Int.random(in: 0...16, using: &generator)
            let values = (0..<64).map { _ -> Int32 in
                guard Int.random(in: 0..<16, using: &generator) < density else { return 0 }
                let size = Int32.random(in: 0...10, using: &generator)
                return .random(in: -(1 << size) + 1...(1 << size) - 1, using: &generator)
            }
            var block = [Int32](repeating: 0, count: 64)
            var nonzero: UInt64 = 0
            for (position, place) in QuantizationTable.naturalOrder.enumerated() {
                block[place] = values[position]
                if values[position] != 0 { nonzero |= 1 << UInt64(position) }
            }
            var bits = BitString()
            var end = bits.end(room: 27)
            coder.encodeAC(nonzero: nonzero, to: &end) { values[$0] }
            bits.advance(to: end)
            #expect(text(bits) == PlainJPEG.bitsOfAC(block, table: table))
        }
        for difference in Int32(-255)...255 {
            let code = coder.code(dcDifference: difference)
            #expect(
                PlainJPEG.binary(code.bits, Int(code.length))
                    == PlainJPEG.bitsOfDC(difference: difference, table: table))
        }
    }

    /// All directions, places and heights of an edge are compared; the sample of the last cell is random.
    @Test(arguments: [0, 1])
    func `the table codes of blocks with one edge are those of the blocks`(table: Int) {
        var generator = SplitMix(seed: 4)
        let steps = QuantizationTable.standard[table].steps
        let codes = EdgeCodes.standard[table]
        for height in -255...255 {
            let last = Int.random(in: max(0, -height)...min(255, 255 - height), using: &generator)
            for place in 0..<16 {
                for isRows in [false, true] {
                    let pixels = (0..<256).map { pixel -> Int in
                        let along = isRows ? pixel / 16 : pixel % 16
                        let edge = place < 8 ? 2 * place : 2 * (place - 8) + 1
                        return along < edge ? last + height : last
                    }
                    let samples = PlainJPEG.halve(pixels, width: 16).map { Int32($0 - 128) }
                    let block = PlainJPEG.transform(samples)
                    let quantized = zip(block, steps).map { PlainJPEG.quantize($0, step: $1) }
                    let edge = place < 8 ? EdgeCodes.Place.before(place) : .through(place - 8)
                    let code = (isRows ? codes.rows : codes.columns)[edge, height]
                    let bits =
                        PlainJPEG.binary(code.firstBits, Int(code.firstCount))
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

    @Test func `samples of subsampled components are the means of their pixels`() {
        var generator = SplitMix(seed: 5)
        for _ in 0..<3000 {
            let n = Int.random(in: 1...9, using: &generator)
            let samples = (0..<n * n).map { _ in UInt8.random(in: 0...255, using: &generator) }
            // The cells that 16 pixels show, which never decrease, and then the cells that a pair of rows shows.
            let cells = (0..<16).map { _ in UInt8.random(in: 0..<UInt8(n), using: &generator) }.sorted()
            let first = UInt8.random(in: 0..<UInt8(n), using: &generator)
            let second = UInt8.random(in: 0..<UInt8(n), using: &generator)
            let pixels = [first, second].flatMap { row in cells.map { Int(samples[Int(row) * n + Int($0)]) } }
            let expected = PlainJPEG.halve(pixels, width: 16).map { Int16($0 - 128) }
            let levels = samples.withUnsafeBufferPointer { samples -> SIMD8<Int16> in
                guard let base = samples.baseAddress else { return SIMD8() }
                var columns = BlockSpan(halved: 0, cells: cells, axis: .columns)
                return Plane(samples: base, size: n).levels(first: first, second: second, columns: &columns)
            }
            #expect((0..<8).map { levels[$0] } == expected)
        }
    }

    @Test func `colours are converted as by jccolor`() {
        var generator = SplitMix(seed: 6)
        let edges: [UInt8] = [0, 1, 2, 3, 63, 64, 127, 128, 129, 191, 192, 252, 253, 254, 255]
        var colors = edges.flatMap { red in edges.flatMap { green in edges.flatMap { [red, green, $0] } } }
        let n = 256
        while colors.count < n * n * 3 { colors.append(.random(in: 0...255, using: &generator)) }
        let planes = Plane.components(of: Grid(size: n, color: .rgb, samples: colors))
        var wrong = 0
        for cell in 0..<n * n {
            let expected = PlainJPEG.convert(colors[3 * cell], colors[3 * cell + 1], colors[3 * cell + 2])
            if (0..<3).contains(where: { planes[$0][cell] != expected[$0] }) { wrong += 1 }
        }
        #expect(wrong == 0)
    }

    @Test func `ink is inverted and gray is unchanged`() {
        let gray = Grid(size: 2, color: .gray, samples: [1, 2, 3, 4])
        #expect(Plane.components(of: gray) == [[1, 2, 3, 4]])
        let ink = Grid(size: 2, color: .cmyk, samples: Array(0..<16))
        #expect(
            Plane.components(of: ink) == [
                [255, 251, 247, 243], [254, 250, 246, 242], [253, 249, 245, 241], [252, 248, 244, 240],
            ])
    }
}
