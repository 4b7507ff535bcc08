// SPDX-License-Identifier: Apache-2.0

/// The cyclic redundancy checks (CRC) that S3 offers as checksums of objects. All of them process the least significant
/// bit first, begin with all ones, and invert the final value.
package enum CRC {
    /// Returns the CRC-32/ISO-HDLC of `bytes`, the CRC-32 of zlib. It is the value of `x-amz-checksum-crc32`.
    package static func crc32(_ bytes: [UInt8]) -> UInt32 { hdlc.checksum(bytes) }

    /// Returns the CRC-32/ISCSI of `bytes` (RFC 3720, Castagnoli). It is the value of `x-amz-checksum-crc32c`.
    package static func crc32c(_ bytes: [UInt8]) -> UInt32 { castagnoli.checksum(bytes) }

    /// Returns the CRC-64/NVME of `bytes` (NVM Express NVM Command Set 1.0, 5.2.1.3.4). It is the value of
    /// `x-amz-checksum-crc64nvme`.
    package static func crc64NVMe(_ bytes: [UInt8]) -> UInt64 { nvme.checksum(bytes) }

    private static let hdlc = CRCTable<UInt32>(reflectedPolynomial: 0xEDB8_8320)
    private static let castagnoli = CRCTable<UInt32>(reflectedPolynomial: 0x82F6_3B78)
    private static let nvme = CRCTable<UInt64>(reflectedPolynomial: 0x9A6C_9329_AC4B_C9B5)
}

/// The tables of the slicing-by-8 algorithm, which processes eight bytes in one step (M. Kounavis, F. Berry: "A
/// Systematic Approach to Building High Performance Software-Based CRC Generators", 2005). There are eight tables of
/// 256 words. Entry `b` of table `k` is the CRC of the byte `b` followed by `k` zero bytes.
private struct CRCTable<Word: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
    private let words: [Word]

    init(reflectedPolynomial: Word) {
        var words = [Word](repeating: 0, count: 8 * 256)
        for byte in 0..<256 {
            var word = Word(byte)
            for _ in 0..<8 { word = word & 1 == 1 ? word >> 1 ^ reflectedPolynomial : word >> 1 }
            words[byte] = word
        }
        for index in 256..<words.count {
            let shorter = words[index - 256]
            words[index] = shorter >> 8 ^ words[Int(shorter & 0xFF)]
        }
        self.words = words
    }

    func checksum(_ bytes: [UInt8]) -> Word {
        words.withUnsafeBufferPointer { words in
            bytes.withUnsafeBytes { bytes in
                var word = ~Word(0)
                let whole = bytes.count & ~7
                var offset = 0
                while offset < whole {
                    // The register is combined with the next bytes in little-endian order. UInt64 holds a register
                    // of 32 bits and of 64 bits.
                    let block =
                        UInt64(littleEndian: bytes.loadUnaligned(fromByteOffset: offset, as: UInt64.self))
                        ^ UInt64(word)
                    word = 0
                    for position in 0..<8 {
                        let byte = Int(truncatingIfNeeded: block >> UInt64(position * 8)) & 0xFF
                        word ^= words[(7 - position) * 256 + byte]
                    }
                    offset += 8
                }
                for byte in bytes[whole...] {
                    word = word >> 8 ^ words[Int(UInt8(truncatingIfNeeded: word) ^ byte)]
                }
                return ~word
            }
        }
    }
}
