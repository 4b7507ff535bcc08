// SPDX-License-Identifier: Apache-2.0

/// A string of bits that is packed into bytes, the first bit in the lowest place of a byte (WebP Lossless Bitstream
/// Specification, section 1).
struct VP8LBits {
    /// The full words of four bytes each, the first byte in the lowest place.
    private var words: [UInt32] = []
    /// The bits after the full words: the lowest `pendingCount` bits of this value. The bits above them are 0.
    private var pending: UInt64 = 0
    /// The number of bits in `pending`, 0...31.
    private var pendingCount = 0

    /// Appends the lowest `count` bits of `bits`, the lowest of them first. `count` is 0...32, and the bits above them
    /// must be 0.
    @inline(__always)
    mutating func append(_ bits: Int, count: Int) {
        pending |= UInt64(truncatingIfNeeded: bits) &<< UInt64(truncatingIfNeeded: pendingCount)
        pendingCount &+= count
        guard pendingCount >= 32 else { return }
        words.append(UInt32(truncatingIfNeeded: pending))
        pending &>>= 32
        pendingCount &-= 32
    }

    /// The bytes, of which the last is completed with 0-bits.
    var bytes: [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(4 * words.count + 4)
        for word in words {
            for shift in stride(from: UInt32(0), to: 32, by: 8) {
                bytes.append(UInt8(truncatingIfNeeded: word &>> shift))
            }
        }
        for start in stride(from: 0, to: pendingCount, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: pending >> UInt64(start)))
        }
        return bytes
    }
}
