// SPDX-License-Identifier: Apache-2.0

/// The quantization of coefficients (ITU-T T.81, A.3.4) that are 8 times too large, as `ForwardDCT` leaves them.
package struct Quantizer: BitwiseCopyable, Sendable {
    /// The constants of one position in zigzag order; q is its quantization step.
    private struct Step: BitwiseCopyable, Sendable {
        /// The place in the block, 8 * row + column.
        var place: UInt32
        /// 4 q, half of the divisor.
        var half: UInt32
        /// ceil(2^20 / q).
        var inverse: UInt32
    }

    private let steps: Table<Step>
    /// The largest magnitudes that are quantized to zero, 4 q - 1; one vector for each row of the block.
    private let largestZeros: Table<SIMD8<Int16>>
    /// Element `256 * c + byte` has a bit at the zigzag position of each place (row r, column c) for which bit r of
    /// `byte` is set.
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

    /// Returns a bit for each coefficient of the first `rows` rows that is not quantized to zero, in zigzag order; the
    /// lowest is that of DC.
    @inline(__always)
    package func nonzero(_ coefficients: UnsafePointer<SIMD8<Int16>>, rows: Int) -> UInt64 {
        var columns = SIMD8<Int16>()
        for row in 0..<rows {
            let (values, largest) = (coefficients[row], largestZeros[row])
            // -1 where the magnitude of the value is larger, else 0.
            let isBeyond = ((largest &- values) | (largest &+ values)) &>> 15
            columns |= isBeyond & SIMD8(repeating: 1 &<< Int16(truncatingIfNeeded: row))
        }
        let bytes = BlockSpan.EightBytes(
            word: unsafeBitCast(SIMD8<UInt8>(truncatingIfNeeded: columns), to: UInt64.self))
        var bits: UInt64 = 0
        for column in 0..<8 { bits |= zigzagBits[256 &* column &+ Int(bytes[column])] }
        return bits
    }

    /// Returns the place in the block, 8 * row + column, of a position in zigzag order.
    @inline(__always)
    func place(_ position: Int) -> Int { Int(steps[position].place) }

    /// Divides a coefficient by 8 q, where q is the step at `position` of the zigzag order, and rounds half away from
    /// zero. The magnitude of the coefficient is at most 2^15.
    ///
    /// With t = magnitude + 4 q, floor(t / 8q) = floor(u / q) for u = floor(t / 8) < 2^13. The inverse is
    /// ceil(2^20 / q), less than 1 too large, so that u * inverse / 2^20 exceeds u / q by less than 2^13 / 2^20. That
    /// is less than 1 / q, the least distance of u / q to the next integer, for every q of the tables (61 at most).
    @inline(__always)
    package func quantize(_ coefficient: Int32, at position: Int) -> Int32 {
        let step = steps[position]
        let quotient = (((coefficient.magnitude &+ step.half) &>> 3) &* step.inverse) &>> 20
        let magnitude = Int32(truncatingIfNeeded: quotient)
        return coefficient < 0 ? 0 &- magnitude : magnitude
    }
}
