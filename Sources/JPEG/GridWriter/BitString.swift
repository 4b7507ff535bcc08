// SPDX-License-Identifier: Apache-2.0

/// Entropy-coded bits as they come, without the bytes stuffed in behind 0xFF, so that they can be repeated
/// at any bit position.
package struct BitString: ~Copyable {
    private var words = Storage<UInt64>(count: 64)
    private var cursor: BitCursor

    package init() { cursor = BitCursor(at: words.base) }

    /// Full words, the first bit in the highest place.
    package var base: UnsafePointer<UInt64> { UnsafePointer(words.base) }
    package var wordCount: Int { cursor.end - words.base }
    /// The bits that do not fill a word, in the lowest places.
    package var pending: UInt64 { cursor.pending & (1 << UInt64(cursor.pendingCount) - 1) }
    /// 0...63.
    package var pendingCount: Int { cursor.pendingCount }
    package var count: Int { wordCount * 64 + pendingCount }

    package mutating func removeAll() { cursor = BitCursor(at: words.base) }

    /// The end, with room for so many full words behind it. What is appended there counts after `advance`.
    @inline(__always)
    package mutating func end(room: Int) -> BitCursor {
        if words.count - wordCount < room { makeRoom(room) }
        return cursor
    }

    @inline(__always)
    package mutating func advance(to cursor: BitCursor) { self.cursor = cursor }

    @inline(never)
    private mutating func makeRoom(_ room: Int) {
        let used = wordCount
        words.grow(to: used + room, keeping: used)
        cursor.move(to: words.base + used)
    }

    package mutating func append(_ other: borrowing BitString, times: Int = 1) {
        var cursor = end(room: times * (other.wordCount + 1))
        for _ in 0..<times {
            cursor.append(words: other.base, count: other.wordCount)
            if other.pendingCount > 0 { cursor.append(other.pending, count: other.pendingCount) }
        }
        advance(to: cursor)
    }
}
