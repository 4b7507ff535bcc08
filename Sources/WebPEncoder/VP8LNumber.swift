// SPDX-License-Identifier: Apache-2.0

/// A length or a distance code of a backward reference, as a symbol and extra bits (WebP Lossless Bitstream
/// Specification, section 5.2.2).
struct VP8LNumber {
    /// The symbol, 0...23 for a length and 0...39 for a distance code.
    let symbol: UInt8
    /// The number of extra bits, 0...18.
    let extraBits: UInt8
    /// The value of the extra bits.
    let extra: UInt32

    /// Creates the symbol of a number, 1...2^20.
    init(_ number: Int) {
        let value = UInt32(truncatingIfNeeded: number - 1)
        guard value >= 4 else {
            (symbol, extra, extraBits) = (UInt8(truncatingIfNeeded: value), 0, 0)
            return
        }
        let highest = UInt32(31 - value.leadingZeroBitCount)
        extraBits = UInt8(truncatingIfNeeded: highest - 1)
        symbol = UInt8(truncatingIfNeeded: 2 * highest + (value &>> (highest - 1) & 1))
        extra = value & (1 &<< (highest - 1) - 1)
    }
}
