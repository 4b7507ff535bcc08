// SPDX-License-Identifier: Apache-2.0

/// A length or a distance code of a backward reference, as a symbol and extra bits (WebP Lossless Bitstream
/// Specification, section 5.2.2).
struct VP8LNumber {
    /// The symbol, 0...23 for a length and 0...39 for a distance code.
    let symbol: Int
    /// The value of the extra bits.
    let extra: Int
    /// The number of extra bits.
    let extraBits: Int

    /// Creates the symbol of a number, which is at least 1.
    init(_ number: Int) {
        let value = number - 1
        guard value >= 4 else {
            (symbol, extra, extraBits) = (value, 0, 0)
            return
        }
        let highest = Int.bitWidth - 1 - value.leadingZeroBitCount
        extraBits = highest - 1
        symbol = 2 * highest + (value >> extraBits & 1)
        extra = value & (1 << extraBits - 1)
    }
}
