// SPDX-License-Identifier: Apache-2.0

/// The bits of a lossless bitstream in the order in which they are read: the lowest bit of a byte is the first (RFC
/// 9649, section 3.2). Bits behind the end are 0.
struct LosslessBits {
    /// The bits that are loaded and not yet read, the next one lowest.
    private var pending: UInt64 = 0
    private var pendingCount = 0
    /// The index of the next byte, and the index behind the last one.
    private var next: Int
    private let end: Int
    /// True when more bits were read than there are.
    private(set) var hasEnded = false

    /// Creates the bits of a byte range of a file.
    init(_ range: Range<Int>) { (next, end) = (range.lowerBound, range.upperBound) }

    /// Returns at least the next 32 bits without reading them.
    ///
    /// - Parameter bytes: The whole file.
    @inline(__always)
    mutating func peek(_ bytes: Span<UInt8>) -> UInt64 {
        while pendingCount <= 56, next < end {
            pending |= UInt64(bytes[next]) << UInt64(pendingCount)
            pendingCount += 8
            next += 1
        }
        return pending
    }

    /// Reads bits, at most 32, after `peek` has returned them.
    @inline(__always)
    mutating func skip(_ count: Int) {
        guard count <= pendingCount else {
            hasEnded = true
            (pending, pendingCount) = (0, 0)
            return
        }
        pending >>= UInt64(count)
        pendingCount -= count
    }

    /// Reads a number of bits, at most 32.
    ///
    /// - Parameter bytes: The whole file.
    mutating func read(_ count: Int, _ bytes: Span<UInt8>) -> Int {
        let bits = Int(truncatingIfNeeded: peek(bytes) & (1 << UInt64(count) - 1))
        skip(count)
        return bits
    }
}
