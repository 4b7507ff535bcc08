// SPDX-License-Identifier: Apache-2.0

import Pixels

/// The entropy-coded bytes of a scan, made from the bits that are appended: a zero byte follows each 0xFF, and 1-bits
/// complete the last byte (ITU-T T.81, B.1.1.5 and F.1.2.3).
package struct EntropyCodedSegment: ~Copyable {
    private var bytes: Storage<UInt8>
    private var byteCount = 0
    /// The appended bits that do not fill a 64-bit word yet: the lowest `pendingCount` bits of this value. The bits
    /// above them are undefined.
    private var pending: UInt64 = 0
    /// The number of bits in `pending`, 0...63.
    private var pendingCount = 0

    /// Creates an empty segment.
    ///
    /// - Parameter capacity: The number of bytes that memory is allocated for. The system provides it when it is
    ///   written to. A longer segment is moved to larger memory.
    package init(capacity: Int = 4096) { bytes = Storage(count: capacity) }

    /// The number of complete bytes.
    package var count: Int { byteCount }

    /// Appends the bits of `bits` and stores the bytes that become complete.
    package mutating func append(_ bits: borrowing BitString) {
        // A word becomes at most 16 bytes, and the pending bits of both at most one more word.
        reserve(16 * (bits.wordCount + 1))
        var end = bytes.base + byteCount
        var pending = pending
        for index in 0..<bits.wordCount {
            let word = bits.base[index]
            end = Self.store(Self.word(pending, pendingCount, word), at: end)
            pending = word
        }
        let count = bits.pendingCount
        if pendingCount + count < 64 {
            pending = pending &<< UInt64(count) | bits.pending
            pendingCount += count
        } else {
            let aligned = bits.pending << UInt64(64 - count)
            end = Self.store(Self.word(pending, pendingCount, aligned), at: end)
            pending = bits.pending
            pendingCount += count - 64
        }
        self.pending = pending
        byteCount = end - bytes.base
    }

    /// Returns a word that begins with the lowest `count` bits of `pending` and continues with the highest bits of
    /// `next`. `count` is 0...63.
    @inline(__always)
    private static func word(_ pending: UInt64, _ count: Int, _ next: UInt64) -> UInt64 {
        let shift = UInt64(truncatingIfNeeded: count)
        // A shift by up to 64 in two steps, because shifts take their distance modulo 64.
        return (pending &<< (63 &- shift)) &<< 1 | next &>> shift
    }

    /// Makes room for `more` bytes after the stored bytes.
    private mutating func reserve(_ more: Int) {
        if byteCount + more > bytes.count { bytes.grow(to: byteCount + more, keeping: byteCount) }
    }

    /// Stores the 8 bytes of `word` at address `end`, the highest first, with a zero byte after each 0xFF. Returns the
    /// address after the last stored byte.
    @inline(__always)
    private static func store(_ word: UInt64, at end: UnsafeMutablePointer<UInt8>) -> UnsafeMutablePointer<
        UInt8
    > {
        // A borrow begins only at a byte of `zero` that is 0, which is 0xFF in `word`. WritingFromTheGrid.md proves the
        // condition.
        let zero = ~word
        guard (zero &- 0x0101_0101_0101_0101) & word & 0x8080_8080_8080_8080 == 0 else {
            return stuff(word, bytes: 8, at: end)
        }
        UnsafeMutableRawPointer(end).storeBytes(of: word.bigEndian, as: UInt64.self)
        return end + 8
    }

    /// Stores the lowest `bytes` bytes of `word` at address `end`, the highest of them first, with a zero byte after
    /// each 0xFF. Returns the address after the last stored byte.
    private static func stuff(
        _ word: UInt64, bytes: Int, at end: UnsafeMutablePointer<UInt8>
    ) -> UnsafeMutablePointer<UInt8> {
        var end = end
        for place in stride(from: 8 * (bytes - 1), through: 0, by: -8) {
            let byte = UInt8(truncatingIfNeeded: word &>> UInt64(place))
            end.pointee = byte
            end += 1
            if byte == 0xFF {
                end.pointee = 0
                end += 1
            }
        }
        return end
    }

    /// Completes the last byte with 1-bits. No more bits can be appended.
    package mutating func finish() {
        reserve(16)
        let ones = (8 - pendingCount % 8) % 8
        let last = pending << UInt64(ones) | (1 << UInt64(ones) - 1)
        let end = Self.stuff(last, bytes: (pendingCount + ones) / 8, at: bytes.base + byteCount)
        byteCount = end - bytes.base
        pendingCount = 0
    }

    /// Appends all complete bytes to `file`.
    package func append(to file: inout [UInt8]) {
        file.append(contentsOf: UnsafeBufferPointer(start: bytes.base, count: byteCount))
    }
}
