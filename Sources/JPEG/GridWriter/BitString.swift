// SPDX-License-Identifier: Apache-2.0

/// Entropy-coded bits as they come, without the bytes stuffed in behind 0xFF, so that they can be repeated
/// at any bit position.
package struct BitString: ~Copyable {
    /// Full words, the first bit in the highest place.
    private var words = Storage<UInt64>(count: 64)
    package private(set) var wordCount = 0
    /// The last bits, in the lowest places; above them there may be anything.
    package private(set) var pending: UInt64 = 0
    /// 0...63.
    package private(set) var pendingCount = 0

    package init() {}

    package var base: UnsafePointer<UInt64> { UnsafePointer(words.base) }
    package var count: Int { wordCount * 64 + pendingCount }

    /// At most 64 of the bits, in the lowest places.
    func bits(_ range: Range<Int>) -> UInt64 {
        range.reduce(0) { bits, index in
            let (word, place) = (index / 64, UInt64(63 - index % 64))
            let bit =
                word < wordCount
                ? words.base[word] >> place : pending >> (place - UInt64(64 - pendingCount))
            return bits << 1 | bit & 1
        }
    }

    package mutating func removeAll() {
        wordCount = 0
        pending = 0
        pendingCount = 0
    }

    /// Appends the lowest `count` bits, 1...63; the others must be zero.
    @inline(__always)
    package mutating func append(_ bits: UInt64, count: Int) {
        let free = 64 &- pendingCount
        if count < free {
            pending = pending &<< UInt64(truncatingIfNeeded: count) | bits
            pendingCount &+= count
        } else {
            let left = count &- free
            // Nothing is pending only if 64 bits are free, and then count is less.
            append(
                word: pending &<< UInt64(truncatingIfNeeded: free) | bits &>> UInt64(truncatingIfNeeded: left)
            )
            pending = bits
            pendingCount = left
        }
    }

    @inline(__always)
    private mutating func append(word: UInt64) {
        if wordCount == words.count { words.grow(to: wordCount + 1, keeping: wordCount) }
        words.base[wordCount] = word
        wordCount &+= 1
    }

    package mutating func append(_ other: borrowing BitString, times: Int = 1) {
        for _ in 0..<times {
            append(words: other)
            if other.pendingCount > 0 {
                append(other.pending & (1 << UInt64(other.pendingCount) - 1), count: other.pendingCount)
            }
        }
    }

    private mutating func append(words other: borrowing BitString) {
        let needed = wordCount + other.wordCount
        if needed > words.count { words.grow(to: needed, keeping: wordCount) }
        var target = words.base + wordCount
        for index in 0..<other.wordCount {
            let word = other.words.base[index]
            target.pointee = Self.word(pending, pendingCount, word)
            target += 1
            pending = word
        }
        wordCount = needed
    }

    /// The 64 bits that begin with the `count` lowest of `pending`, 0...63, and go on with those of `next`.
    @inline(__always)
    static func word(_ pending: UInt64, _ count: Int, _ next: UInt64) -> UInt64 {
        let shift = UInt64(truncatingIfNeeded: count)
        // Shifting by 64 in two steps: the machine's shifts take their distance modulo 64.
        return (pending &<< (63 &- shift)) &<< 1 | next &>> shift
    }
}
