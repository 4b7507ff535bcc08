// SPDX-License-Identifier: Apache-2.0

/// A writer of codes of up to 12 bits, the lowest bits first (GIF89a specification, appendix F).
struct CodeWriter {
    private(set) var bytes: [UInt8] = []
    private var buffer: UInt64 = 0
    /// The number of bits in `buffer`, below 48.
    private var buffered = 0

    @inline(__always)
    mutating func append(_ code: Int, bits: Int) {
        buffer |= UInt64(truncatingIfNeeded: code) &<< UInt64(truncatingIfNeeded: buffered)
        buffered &+= bits
        if buffered >= 48 { flush() }
    }

    /// Moves 48 bits of `buffer` to `bytes`.
    private mutating func flush() {
        for shift in stride(from: UInt64(0), to: 48, by: 8) {
            bytes.append(UInt8(truncatingIfNeeded: buffer &>> shift))
        }
        buffer &>>= 48
        buffered &-= 48
    }

    /// Fills up the last byte.
    mutating func finish() {
        while buffered > 0 {
            bytes.append(UInt8(truncatingIfNeeded: buffer))
            buffer >>= 8
            buffered -= 8
        }
        (buffer, buffered) = (0, 0)
    }
}
