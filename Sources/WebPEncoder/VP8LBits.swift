// SPDX-License-Identifier: Apache-2.0

/// A string of bits that is packed into bytes, the first bit in the lowest place of a byte (WebP Lossless Bitstream
/// Specification, section 1).
struct VP8LBits {
    /// The full bytes.
    private(set) var bytes: [UInt8] = []
    /// The bits after the full bytes: the lowest `pendingCount` bits of this value. The bits above them are 0.
    private var pending: UInt64 = 0
    /// The number of bits in `pending`, 0...31.
    private var pendingCount = 0

    /// Appends the lowest `count` bits of `bits`, the lowest of them first. `count` is 0...32, and the bits above them
    /// must be 0.
    @inline(__always)
    mutating func append(_ bits: Int, count: Int) {
        pending |= UInt64(truncatingIfNeeded: bits) &<< UInt64(truncatingIfNeeded: pendingCount)
        pendingCount &+= count
        if pendingCount >= 32 { flush() }
    }

    /// Moves 32 bits of `pending` to the full bytes.
    private mutating func flush() {
        for _ in 0..<4 {
            bytes.append(UInt8(truncatingIfNeeded: pending))
            pending >>= 8
        }
        pendingCount -= 32
    }

    /// Completes the last byte with 0-bits.
    mutating func finish() {
        while pendingCount > 0 {
            bytes.append(UInt8(truncatingIfNeeded: pending))
            pending >>= 8
            pendingCount -= 8
        }
        pendingCount = 0
    }
}
