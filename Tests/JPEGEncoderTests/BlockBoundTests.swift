// SPDX-License-Identifier: Apache-2.0

import Testing

@testable import JPEGEncoder

/// The bounds of `BlockBound` are compared with a search over all sequences of symbols of a block.
/// WritingFromTheGrid.md, "The longest file", explains the search.
@Suite struct BlockBoundTests {
    /// A Huffman code, by the numbers that decide about bytes 0xFF.
    private struct Code {
        var length: Int
        /// The number of 1-bits at its start.
        var leadingOnes: Int
        /// The number of 1-bits at its end.
        var trailingOnes: Int

        init(_ code: HuffmanTable.Code) {
            let length = Int(code.length)
            self.length = length
            trailingOnes = (~code.bits).trailingZeroBitCount
            leadingOnes = (0..<length).prefix { code.bits >> UInt32(length - 1 - $0) & 1 == 1 }.count
        }
    }

    /// The largest sum of the squares of the AC coefficients of a block.
    private static let squares = 64 * 127.5 * 127.5

    /// Returns the number of bits of the zero bytes that a run of 1-bits may need.
    private static func stuffing(_ ones: Int) -> Double { Double(ones / 8 * 8) }

    /// Returns an upper bound of the bits of a block whose coefficients are zero except at `positions` of the zigzag
    /// order.
    ///
    /// - Parameters:
    ///   - table: The index of the tables, 0 or 1.
    ///   - weight: The number of bits that a unit of the sum of squares costs, 0 or more.
    private static func bound(_ table: Int, _ positions: [Int], weight: Double) -> Double {
        let dc = HuffmanTable.standard[table].dc.codes.map(Code.init)
        let ac = HuffmanTable.standard[table].ac.codes.map(Code.init)
        let steps = QuantizationTable.standard[table].zigzagSteps.map(Double.init)
        let (zeroRun, end) = (ac[HuffmanTable.zeroRun], ac[HuffmanTable.endOfBlock])
        let next = (0...1).flatMap {
            HuffmanTable.standard[$0].dc.codes.prefix(9).map { Code($0).leadingOnes }
        }
        // The best sum of each position of the last coefficient, by the number of 1-bits at the end of the bits.
        var best = [[Double?]](repeating: [Double?](repeating: nil, count: 32), count: 64)
        func offer(_ value: Double, _ position: Int, _ ones: Int) {
            best[position][ones] = max(best[position][ones] ?? value, value)
        }
        for category in 0...8 {
            offer(Double(dc[category].length + category), 0, dc[category].trailingOnes + category)
        }
        for position in positions where position > 0 {
            for last in 0..<position {
                for ones in 0..<32 {
                    guard var value = best[last][ones] else { continue }
                    var (ones, run) = (ones, position - last - 1)
                    while run >= 16 {
                        value += Double(zeroRun.length) + stuffing(ones + zeroRun.leadingOnes)
                        ones = zeroRun.trailingOnes
                        run -= 16
                    }
                    for category in 1...10 {
                        let code = ac[run << 4 | category]
                        let bits =
                            value + Double(code.length + category) + stuffing(ones + code.leadingOnes)
                        // The least magnitude, which as a negative number has a leading zero, or all bits set.
                        let choices = [
                            (1 << (category - 1), category - 1),
                            (1 << category - 1, code.trailingOnes + category),
                        ]
                        for (magnitude, ones) in choices {
                            let least = max(0, (Double(magnitude) - 0.5) * steps[position] - 1)
                            guard least * least <= squares else { continue }
                            offer(bits - weight * least * least, position, ones)
                        }
                    }
                }
            }
        }
        var most = 0.0
        for (position, sums) in best.enumerated() {
            for case (let ones, let value?) in sums.enumerated() {
                let last =
                    position == 63
                    ? stuffing(ones + (next.max() ?? 0))
                    : Double(end.length) + stuffing(ones + end.leadingOnes)
                most = max(most, value + last)
            }
        }
        return most + weight * squares
    }

    /// Returns the least upper bound, in whole bits, of several weights.
    private static func bound(_ table: Int, _ positions: [Int]) -> Int {
        let weights = [0, 1.6e-4, 1e-4, 6.3e-5, 1.6e-5, 1e-5, 6.3e-6]
        return Int(weights.map { bound(table, positions, weight: $0) }.min()?.rounded(.up) ?? 0)
    }

    @Test(arguments: 0...1)
    func `the bounds of a block are those of the search over all sequences of symbols`(table: Int) {
        let place = QuantizationTable.naturalOrder
        let rows = (0..<64).filter { place[$0] < 8 }
        let columns = (0..<64).filter { place[$0] % 8 == 0 }
        let bound = BlockBound.standard[table]
        let any = Self.bound(table, Array(0..<64))
        #expect(any <= bound.any && any > bound.any - 8)
        let line = max(Self.bound(table, rows), Self.bound(table, columns))
        #expect(line <= bound.line && line > bound.line - 8)
        #expect(Self.bound(table, []) == bound.changed)
        let codes = HuffmanTable.standard[table]
        let level = codes.dc.codes[0].length + codes.ac.codes[HuffmanTable.endOfBlock].length
        #expect(Int(level) == bound.level)
    }
}
