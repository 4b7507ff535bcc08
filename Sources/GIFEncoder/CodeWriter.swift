// SPDX-License-Identifier: Apache-2.0

/// A writer of codes of any number of bits, the lowest bits first (GIF89a specification, appendix F).
struct CodeWriter {
    private(set) var bytes: [UInt8] = []
    private var buffer: UInt64 = 0
    /// The number of bits in `buffer`, below 32.
    private var buffered = 0

    mutating func append(_ code: Int, bits: Int) {
        buffer |= UInt64(truncatingIfNeeded: code) << UInt64(buffered)
        buffered += bits
        while buffered >= 8 {
            bytes.append(UInt8(truncatingIfNeeded: buffer))
            buffer >>= 8
            buffered -= 8
        }
    }

    /// Fills up the last byte.
    mutating func finish() {
        if buffered > 0 { bytes.append(UInt8(truncatingIfNeeded: buffer)) }
        (buffer, buffered) = (0, 0)
    }
}
