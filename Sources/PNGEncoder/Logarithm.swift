// SPDX-License-Identifier: Apache-2.0

/// Binary logarithms of integers, in units of 2^-16, computed without floating-point functions so that every machine
/// has the same results.
enum Logarithm {
    private static let tableBits = 11
    private static let table: [UInt32] = (0..<1 << tableBits).map { value in
        guard value > 0 else { return 0 }
        let whole = Int.bitWidth - 1 - value.leadingZeroBitCount
        // The mantissa, in 1..<2 with 30 fractional bits. Each squaring yields the next bit of its logarithm.
        var mantissa = UInt64(value) << UInt64(30 - whole)
        var result = UInt32(whole)
        for _ in 0..<16 {
            mantissa = mantissa * mantissa >> 30
            let bit: UInt64 = mantissa >> 31
            mantissa >>= bit
            result = result << 1 | UInt32(bit)
        }
        return result
    }

    /// Returns the binary logarithm of `value`, 1 or more, in units of 2^-16. The lowest bits of large values are
    /// ignored.
    static func binary(_ value: UInt32) -> Int {
        let shift = max(0, 32 - value.leadingZeroBitCount - tableBits)
        return Int(table[Int(value >> UInt32(shift))]) + shift << 16
    }

    /// Returns the entropy of symbols with these frequencies, in bits.
    static func entropy(_ frequencies: [UInt32]) -> Int {
        entropy(frequencies.count) { frequencies[$0] }
    }

    /// Returns the entropy of `count` symbols, in bits.
    @inline(__always)
    static func entropy(_ count: Int, _ frequency: (Int) -> UInt32) -> Int {
        var total: UInt32 = 0
        var sum = 0
        for index in 0..<count {
            let frequency = frequency(index)
            guard frequency > 0 else { continue }
            total += frequency
            sum += Int(frequency) * binary(frequency)
        }
        guard total > 0 else { return 0 }
        return max(Int(total) * binary(total) - sum, 0) >> 16
    }
}
