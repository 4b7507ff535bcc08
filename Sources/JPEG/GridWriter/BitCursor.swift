// SPDX-License-Identifier: Apache-2.0

/// The end of a `BitString` while bits are appended: small enough to stay in registers.
package struct BitCursor: BitwiseCopyable {
    /// Where the next full word belongs; its first bit is in the highest place.
    fileprivate(set) var end: UnsafeMutablePointer<UInt64>
    /// The last bits, in the lowest places; above them there may be anything.
    fileprivate(set) var pending: UInt64 = 0
    /// 0...63.
    fileprivate(set) var pendingCount = 0

    init(at end: UnsafeMutablePointer<UInt64>) { self.end = end }

    /// The full words have moved.
    mutating func move(to end: UnsafeMutablePointer<UInt64>) { self.end = end }

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
            end.pointee =
                pending &<< UInt64(truncatingIfNeeded: free) | bits &>> UInt64(truncatingIfNeeded: left)
            end += 1
            pending = bits
            pendingCount = left
        }
    }

    @inline(__always)
    mutating func append(_ code: HuffmanCode) { append(UInt64(code.bits), count: Int(code.length)) }

    /// Appends full words.
    @inline(__always)
    mutating func append(words: UnsafePointer<UInt64>, count: Int) {
        for index in 0..<count {
            let word = words[index]
            end.pointee = Self.word(pending, pendingCount, word)
            end += 1
            pending = word
        }
    }

    /// The 64 bits that begin with the `count` lowest of `pending`, 0...63, and go on with those of `next`.
    @inline(__always)
    static func word(_ pending: UInt64, _ count: Int, _ next: UInt64) -> UInt64 {
        let shift = UInt64(truncatingIfNeeded: count)
        // Shifting by 64 in two steps: the machine's shifts take their distance modulo 64.
        return (pending &<< (63 &- shift)) &<< 1 | next &>> shift
    }
}
