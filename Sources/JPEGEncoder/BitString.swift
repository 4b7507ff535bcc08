// SPDX-License-Identifier: Apache-2.0

import Pixels

/// A string of entropy-coded bits before byte stuffing (ITU-T T.81, F.1.2.3). It can be appended to other bits as often
/// as needed, at any bit position.
package struct BitString: ~Copyable {
    private var words = Storage<UInt64>(count: 64)
    private var cursor: Cursor

    package init() { cursor = Cursor(at: words.base) }

    /// The address of the full 64-bit words of the string. The first bit of a word is its highest.
    package var base: UnsafePointer<UInt64> { UnsafePointer(words.base) }
    /// The number of full 64-bit words.
    package var wordCount: Int { cursor.end - words.base }
    /// The bits after the last full word, fewer than 64: the lowest `pendingCount` bits of this value. The bits above
    /// them are 0.
    package var pending: UInt64 { cursor.pending & (1 << UInt64(cursor.pendingCount) - 1) }
    /// The number of bits in `pending`, 0...63.
    package var pendingCount: Int { cursor.pendingCount }
    /// The number of bits of the string.
    package var count: Int { wordCount * 64 + pendingCount }

    package mutating func removeAll() { cursor = Cursor(at: words.base) }

    /// Returns a cursor at the end of the string. Bits that are appended to the cursor become part of the string when
    /// the cursor is passed to `advance`.
    ///
    /// - Parameter room: The number of full 64-bit words that can be appended to the cursor.
    @inline(__always)
    package mutating func end(room: Int) -> Cursor {
        if words.count - wordCount < room { makeRoom(room) }
        return cursor
    }

    /// Makes the bits that were appended to `cursor` part of the string. `cursor` is the one that the latest call of
    /// `end` returned.
    @inline(__always)
    package mutating func advance(to cursor: Cursor) { self.cursor = cursor }

    @inline(never)
    private mutating func makeRoom(_ room: Int) {
        let used = wordCount
        words.grow(to: used + room, keeping: used)
        cursor.move(to: words.base + used)
    }

    /// Appends `times` copies of the bits of `other`.
    package mutating func append(_ other: borrowing BitString, times: Int = 1) {
        var cursor = end(room: times * (other.wordCount + 1))
        for _ in 0..<times {
            cursor.append(words: other.base, count: other.wordCount)
            if other.pendingCount > 0 { cursor.append(other.pending, count: other.pendingCount) }
        }
        advance(to: cursor)
    }
}

extension BitString {
    /// The end of a bit string, to which bits are appended. A cursor has three fields, so that the compiler keeps it in
    /// registers.
    package struct Cursor: BitwiseCopyable {
        /// The address of the next full 64-bit word.
        fileprivate(set) var end: UnsafeMutablePointer<UInt64>
        /// The bits after the last full word: the lowest `pendingCount` bits of this value. The bits above them are
        /// undefined.
        fileprivate(set) var pending: UInt64 = 0
        /// The number of bits in `pending`, 0...63.
        fileprivate(set) var pendingCount = 0

        init(at end: UnsafeMutablePointer<UInt64>) { self.end = end }

        /// Sets the address of the next full word, after the words of the string have been moved to other memory.
        mutating func move(to end: UnsafeMutablePointer<UInt64>) { self.end = end }

        /// Appends the lowest `count` bits of `bits`, the highest of them first. `count` is 1...63, and the bits of
        /// `bits` above the lowest `count` must be 0.
        @inline(__always)
        package mutating func append(_ bits: UInt64, count: Int) {
            let free = 64 &- pendingCount
            if count < free {
                pending = pending &<< UInt64(truncatingIfNeeded: count) | bits
                pendingCount &+= count
            } else {
                let left = count &- free
                // `free` is at most 63 here, so that the shift is defined: with 64 free bits `count` is less.
                end.pointee =
                    pending &<< UInt64(truncatingIfNeeded: free) | bits &>> UInt64(truncatingIfNeeded: left)
                end += 1
                pending = bits
                pendingCount = left
            }
        }

        @inline(__always)
        mutating func append(_ code: HuffmanTable.Code) { append(UInt64(code.bits), count: Int(code.length)) }

        /// Appends `count` full words.
        @inline(__always)
        mutating func append(words: UnsafePointer<UInt64>, count: Int) {
            for index in 0..<count {
                let word = words[index]
                end.pointee = Self.word(pending, pendingCount, word)
                end += 1
                pending = word
            }
        }

        /// Returns a word that begins with the lowest `count` bits of `pending` and continues with the highest bits of
        /// `next`. `count` is 0...63.
        @inline(__always)
        static func word(_ pending: UInt64, _ count: Int, _ next: UInt64) -> UInt64 {
            let shift = UInt64(truncatingIfNeeded: count)
            // A shift by up to 64 in two steps, because shifts take their distance modulo 64.
            return (pending &<< (63 &- shift)) &<< 1 | next &>> shift
        }
    }
}
