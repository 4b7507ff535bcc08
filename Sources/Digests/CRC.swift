// SPDX-License-Identifier: Apache-2.0

/// The cyclic redundancy checks of S3. All of them are reflected, with an initial value of all ones and an inverted
/// result.
package enum CRC {
    /// Returns the CRC-32/ISO-HDLC, the one of zlib, for `x-amz-checksum-crc32`.
    package static func crc32(_ bytes: [UInt8]) -> UInt32 { hdlc.checksum(bytes) }

    /// Returns the CRC-32/ISCSI (RFC 3720, Castagnoli), for `x-amz-checksum-crc32c`.
    package static func crc32c(_ bytes: [UInt8]) -> UInt32 { castagnoli.checksum(bytes) }

    /// Returns the CRC-64/NVME (NVM Express NVM Command Set 1.0, 5.2.1.3.4), for `x-amz-checksum-crc64nvme`.
    package static func crc64NVMe(_ bytes: [UInt8]) -> UInt64 { nvme.checksum(bytes) }

    private static let hdlc = CRCTable<UInt32>(reflectedPolynomial: 0xEDB8_8320)
    private static let castagnoli = CRCTable<UInt32>(reflectedPolynomial: 0x82F6_3B78)
    private static let nvme = CRCTable<UInt64>(reflectedPolynomial: 0x9A6C_9329_AC4B_C9B5)
}

/// The tables of the slicing-by-8 algorithm, which processes eight bytes in one step (M. Kounavis, F. Berry: "A
/// Systematic Approach to Building High Performance Software-Based CRC Generators", 2005). Table k of the eight, each
/// of 256 words, has the CRC of each byte that is followed by k zero bytes.
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
