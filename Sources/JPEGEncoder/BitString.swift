// SPDX-License-Identifier: Apache-2.0

package import CPixels
import Pixels

/// A string of entropy-coded bits before byte stuffing (ITU-T T.81, F.1.2.3). It can be appended to other bits as often
/// as needed, at any bit position.
package struct BitString: ~Copyable {
    private var words = Storage<UInt64>(count: 64)
    /// The end of the string, to which the functions of `CPixels` append bits.
    package var bits: px_bits

    package init() { bits = px_bits(end: words.base, pending: 0, pending_count: 0) }

    /// The address of the full 64-bit words of the string. The first bit of a word is its highest.
    package var base: UnsafePointer<UInt64> { UnsafePointer(words.base) }
    /// The address after the last word for which there is room.
    package var limit: UnsafePointer<UInt64> { UnsafePointer(words.base + words.count) }
    /// The number of full 64-bit words.
    package var wordCount: Int { bits.end - words.base }
    /// The bits after the last full word, fewer than 64: the lowest `pendingCount` bits of this value. The bits above
    /// them are 0.
    package var pending: UInt64 { bits.pending & (1 << bits.pending_count - 1) }
    /// The number of bits in `pending`, 0...63.
    package var pendingCount: Int { Int(bits.pending_count) }

    package mutating func removeAll() { bits = px_bits(end: words.base, pending: 0, pending_count: 0) }

    /// Makes room for `count` full 64-bit words that are appended.
    package mutating func reserve(_ count: Int) {
        let used = wordCount
        guard words.count - used < count else { return }
        words.grow(to: used + count, keeping: used)
        bits.end = words.base + used
    }
}
