// SPDX-License-Identifier: Apache-2.0

/// Eight bytes in a word: a vector's elements are as fast to reach only by constant indices.
package struct EightBytes: BitwiseCopyable, Sendable {
    private var word: UInt64 = 0

    package init() {}

    init(word: UInt64) { self.word = word }

    @inline(__always)
    package subscript(index: Int) -> UInt8 {
        get { UInt8(truncatingIfNeeded: word &>> UInt64(truncatingIfNeeded: 8 &* index)) }
        set {
            let shift = UInt64(truncatingIfNeeded: 8 &* index)
            word = word & ~(0xFF &<< shift) | UInt64(newValue) &<< shift
        }
    }
}
