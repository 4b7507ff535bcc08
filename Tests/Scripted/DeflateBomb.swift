// SPDX-License-Identifier: Apache-2.0

/// A zlib stream with the largest ratio that deflate has: 258 zero bytes for two bits (RFC 1950 and 1951).
package enum DeflateBomb {
    /// Returns the stream of at least `count` zero bytes, and at most 258 more.
    package static func zeros(_ count: Int) -> [UInt8] {
        var bits = BitList()
        // One block with dynamic codes: all 286 literals and lengths, and one distance.
        bits.append(0b101, 3)
        bits.append(29, 5)
        bits.append(0, 5)
        bits.append(14, 4)
        // The lengths of the codes of code lengths, in the order of the format: 1 bit for the symbol 18, 2 bits for the
        // symbols 2 and 1.
        for length in [0, 0, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 0, 2] { bits.append(length, 3) }
        // The literal 0 and the end of the block have codes of 2 bits, the length 258 and the distance 1 of 1 bit.
        let (two, one) = (0b11, 0b01)
        func zeroLengths(_ count: Int) {
            bits.append(0, 1)
            bits.append(count - 11, 7)
        }
        bits.append(two, 2)
        zeroLengths(138)
        zeroLengths(117)
        bits.append(two, 2)
        zeroLengths(28)
        bits.append(one, 2)
        bits.append(one, 2)
        bits.append(0b01, 2)
        let matches = (max(count, 1) + 256) / 258
        bits.append(zeros: 2 * matches)
        bits.append(0b11, 2)
        let sum = UInt32((1 + matches * 258) % 65521) << 16 | 1
        return [0x78, 0xDA] + bits.bytes + (0..<4).map { UInt8(truncatingIfNeeded: sum >> (24 - 8 * $0)) }
    }
}
