// SPDX-License-Identifier: Apache-2.0

/// Entropy-coded bits as they come, without the bytes stuffed in behind 0xFF, so that they can be repeated
/// at any bit position.
struct BitString {
    /// Full words, the first bit in the highest place.
    private(set) var words: [UInt64] = []
    /// The last bits, in the lowest places; above them there may be anything.
    private(set) var pending: UInt64 = 0
    /// 0...63.
    private(set) var pendingCount = 0

    /// Forgets the full words and keeps what is pending.
    mutating func removeWords() { words.removeAll(keepingCapacity: true) }

    mutating func removeAll() {
        removeWords()
        pending = 0
        pendingCount = 0
    }

    /// Appends the lowest `count` bits, 1...63; the others must be zero.
    @inline(__always)
    mutating func append(_ bits: UInt64, count: Int) {
        let free = 64 &- pendingCount
        if count < free {
            pending = pending &<< UInt64(truncatingIfNeeded: count) | bits
            pendingCount &+= count
        } else {
            let left = count &- free
            // Nothing is pending only if 64 bits are free, and then count is less.
            words.append(
                pending &<< UInt64(truncatingIfNeeded: free) | bits &>> UInt64(truncatingIfNeeded: left))
            pending = bits
            pendingCount = left
        }
    }

    mutating func append(_ other: borrowing BitString, times: Int = 1) {
        for _ in 0..<times {
            for word in other.words {
                words.append(
                    pendingCount == 0
                        ? word : pending << UInt64(64 - pendingCount) | word >> UInt64(pendingCount))
                pending = word
            }
            if other.pendingCount > 0 {
                append(other.pending & (1 << UInt64(other.pendingCount) - 1), count: other.pendingCount)
            }
        }
    }
}
