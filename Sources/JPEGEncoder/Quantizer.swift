// SPDX-License-Identifier: Apache-2.0

/// The quantization of coefficients (ITU-T T.81, A.3.4). The coefficients are 8 times as large as those of the
/// standard, as `ForwardDCT` computes them.
package struct Quantizer: BitwiseCopyable, Sendable {
    /// The constants for the coefficient at one position of the zigzag order, whose quantization step is q.
    private struct Step: BitwiseCopyable, Sendable {
        /// The index of the coefficient in the block, 8 * row + column.
        var place: UInt32
        /// Half of the divisor 8 q, where q is the quantization step: 4 q.
        var half: UInt32
        /// The quotient 2^20 / q, rounded up, where q is the quantization step.
        var inverse: UInt32
    }

    /// The constants with which the coefficient at each position of the zigzag order is quantized.
    private let steps: Table<Step>
    /// The largest magnitude of each coefficient that is quantized to zero, 4 q - 1, where q is the quantization step.
    /// Element r has the magnitudes of row r of the block.
    private let largestZeros: Table<SIMD8<Int16>>
    /// A lookup table from coefficients of one column of the block to their positions in zigzag order. Element `256 * c
    /// + byte` is for column c: for each bit r that is set in `byte` it has a bit set at the zigzag position of the
    /// coefficient in row r and column c.
    private let zigzagBits: Table<UInt64>

    package init(_ table: QuantizationTable) {
        let order = QuantizationTable.naturalOrder
        steps = Table(
            order.map { place in
                let step = UInt32(table.steps[place])
                return Step(place: UInt32(place), half: 4 * step, inverse: ((1 << 20) + step - 1) / step)
            })
        largestZeros = Table(
            (0..<8).map { row in SIMD8<Int16>((0..<8).map { 4 * Int16(table.steps[row * 8 + $0]) - 1 }) })
        zigzagBits = Table(
            (0..<8).flatMap { column in
                (0..<256).map { byte in
                    order.enumerated().reduce(UInt64(0)) { bits, place in
                        let isSet = place.element % 8 == column && byte >> (place.element / 8) & 1 == 1
                        return isSet ? bits | 1 << UInt64(place.offset) : bits
                    }
                }
            })
    }

    /// Returns a word whose bit i is set if the coefficient at position i of the zigzag order is not quantized to zero.
    /// Bit 0 is for the DC coefficient.
    ///
    /// - Parameters:
    ///   - coefficients: The rows of coefficients of a block, 8 times as large as those of the standard.
    ///   - rows: The number of rows that are read, 0...8. The coefficients of all further rows are zero.
    @inline(__always)
    package func nonzero(_ coefficients: UnsafePointer<SIMD8<Int16>>, rows: Int) -> UInt64 {
        var columns = SIMD8<Int16>()
        for row in 0..<rows {
            let (values, largest) = (coefficients[row], largestZeros[row])
            // -1 where the magnitude of a value exceeds the largest that is quantized to zero, else 0.
            let isBeyond = ((largest &- values) | (largest &+ values)) &>> 15
            columns |= isBeyond & SIMD8(repeating: 1 &<< Int16(truncatingIfNeeded: row))
        }
        let bytes = BlockSpan.EightBytes(
            word: unsafeBitCast(SIMD8<UInt8>(truncatingIfNeeded: columns), to: UInt64.self))
        var bits: UInt64 = 0
        for column in 0..<8 { bits |= zigzagBits[256 &* column &+ Int(bytes[column])] }
        return bits
    }

    /// Returns the index in the block, 8 * row + column, of the coefficient at a position 0...63 of the zigzag order.
    @inline(__always)
    func place(_ position: Int) -> Int { Int(steps[position].place) }

    /// Returns a coefficient divided by 8 q and rounded, halves away from zero, where q is the quantization step at
    /// `position` in the zigzag order. The magnitude of the coefficient is at most 2^15.
    ///
    /// The rounded quotient is floor(t / 8q) with t = magnitude + 4 q, which equals floor(u / q) with u = floor(t / 8)
    /// < 2^13. The code multiplies u by ceil(2^20 / q), which exceeds 2^20 / q by less than 1, and divides by 2^20. The
    /// product thus exceeds u / q by less than 2^13 / 2^20. That is less than 1 / q, the least distance of u / q to the
    /// next integer, because q is at most 61 in the tables used.
    @inline(__always)
    package func quantize(_ coefficient: Int32, at position: Int) -> Int32 {
        let step = steps[position]
        let quotient = (((coefficient.magnitude &+ step.half) &>> 3) &* step.inverse) &>> 20
        let magnitude = Int32(truncatingIfNeeded: quotient)
        return coefficient < 0 ? 0 &- magnitude : magnitude
    }
}
