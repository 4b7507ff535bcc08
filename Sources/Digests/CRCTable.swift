// SPDX-License-Identifier: Apache-2.0

import CDigests

/// The computation of one CRC: by folding as long as the processor can fold and the message is long, and by tables for
/// the rest.
///
/// The tables are those of the slicing-by-8 algorithm, which processes eight bytes in one step (M. Kounavis, F. Berry:
/// "A Systematic Approach to Building High Performance Software-Based CRC Generators", 2005). There are eight tables of
/// 256 words. Entry `b` of table `k` is the CRC of the byte `b` followed by `k` zero bytes.
struct CRCTable<Word: FixedWidthInteger & UnsignedInteger & Sendable>: Sendable {
    private let words: [Word]
    private let powers: px_crc_powers
    private let canFold = px_crc_can_fold()

    init(reflectedPolynomial: Word) {
        /// Returns the word multiplied by x, modulo the polynomial.
        func timesX(_ word: Word) -> Word {
            word & 1 == 1 ? word >> 1 ^ reflectedPolynomial : word >> 1
        }
        /// Returns x to the power of `exponent` modulo the polynomial, with the coefficient of x^63 in the lowest bit.
        func power(_ exponent: Int) -> UInt64 {
            let word = (0..<exponent).reduce(Word(1) << (Word.bitWidth - 1)) { word, _ in timesX(word) }
            return UInt64(word) << UInt64(64 - Word.bitWidth)
        }
        powers = px_crc_powers(
            by_64_bytes: (power(512 + 63), power(512 - 1)), by_16_bytes: (power(128 + 63), power(128 - 1)))
        var words = [Word](repeating: 0, count: 8 * 256)
        for byte in 0..<256 { words[byte] = (0..<8).reduce(Word(byte)) { word, _ in timesX(word) } }
        for index in 256..<words.count {
            let shorter = words[index - 256]
            words[index] = shorter >> 8 ^ words[Int(shorter & 0xFF)]
        }
        self.words = words
    }

    /// Returns the CRC of `bytes`.
    ///
    /// - Parameter folds: False to use the tables alone.
    func checksum(_ bytes: [UInt8], folds: Bool = true) -> Word {
        bytes.withUnsafeBytes { bytes in
            guard folds, canFold, bytes.count >= PX_CRC_MINIMUM else { return ~update(~Word(0), bytes) }
            return ~folded(bytes)
        }
    }

    /// Returns the register after `bytes`, before its inversion. There are at least `PX_CRC_MINIMUM` bytes.
    private func folded(_ bytes: UnsafeRawBufferPointer) -> Word {
        withUnsafeTemporaryAllocation(byteCount: 16, alignment: 16) { block in
            let count = withUnsafePointer(to: powers) { powers in
                px_crc_fold(bytes.baseAddress, bytes.count, UInt64(~Word(0)), powers, block.baseAddress)
            }
            let register = update(0, UnsafeRawBufferPointer(block))
            return update(register, UnsafeRawBufferPointer(rebasing: bytes[count...]))
        }
    }

    /// Returns the register after `bytes`, which follows from the register before them by the tables.
    private func update(_ register: Word, _ bytes: UnsafeRawBufferPointer) -> Word {
        words.withUnsafeBufferPointer { words in
            var word = register
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
            return word
        }
    }
}
