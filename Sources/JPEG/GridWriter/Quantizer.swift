// SPDX-License-Identifier: Apache-2.0

/// The division of coefficients, as the transform leaves them, by a quantization table.
package struct Quantizer: BitwiseCopyable, Sendable {
    /// What the coefficient at one place in zigzag order needs.
    private struct Step: BitwiseCopyable, Sendable {
        /// Its place in the block: row * 8 + column.
        var place: UInt32
        /// Half the divisor, 4 q.
        var half: UInt32
        /// ceil(2^20 / q).
        var inverse: UInt32
    }

    private let steps: Table<Step>
    /// The largest magnitudes that are quantized to zero, 4 q - 1; one vector for each row.
    private let largestZeros: Table<SIMD8<Int16>>
    /// For column `c` of a block and a byte that has bit `r` set for row `r`, at `256 * c + byte`: the same places as
    /// bits in zigzag order.
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

    /// Which of the first `rows` rows' coefficients are not quantized to zero: bits in zigzag order, the lowest for DC.
    @inline(__always)
    package func nonzero(_ coefficients: UnsafePointer<SIMD8<Int16>>, rows: Int) -> UInt64 {
        var columns = SIMD8<Int16>()
        for row in 0..<rows {
            let (values, largest) = (coefficients[row], largestZeros[row])
            // Negative where the value is beyond the largest, or below its negative.
            let isBeyond = ((largest &- values) | (largest &+ values)) &>> 15
            columns |= isBeyond & SIMD8(repeating: 1 &<< Int16(truncatingIfNeeded: row))
        }
        let bytes = EightBytes(
            word: unsafeBitCast(SIMD8<UInt8>(truncatingIfNeeded: columns), to: UInt64.self))
        var bits: UInt64 = 0
        for column in 0..<8 { bits |= zigzagBits[256 &* column &+ Int(bytes[column])] }
        return bits
    }

    /// Where the coefficient at `position` of the zigzag order stands in the block.
    @inline(__always)
    func place(_ position: Int) -> Int { Int(steps[position].place) }

    /// Divides a coefficient, 8 times too large, by the step at `position` of the zigzag order and rounds half away
    /// from zero. Its magnitude is at most 2^15.
    ///
    /// floor(t / 8q) = floor(floor(t / 8) / q), and t / 8 is below 2^13: with the inverse rounded up, its error of less
    /// than q / 2^20 a unit stays below 1 / q as 2^13 * q < 2^20 for every q of the tables (61 at most).
    @inline(__always)
    package func quantize(_ coefficient: Int32, at position: Int) -> Int32 {
        let step = steps[position]
        let quotient = (((coefficient.magnitude &+ step.half) &>> 3) &* step.inverse) &>> 20
        let magnitude = Int32(truncatingIfNeeded: quotient)
        return coefficient < 0 ? 0 &- magnitude : magnitude
    }
}
