// SPDX-License-Identifier: Apache-2.0

/// A position in a box, from which numbers are read.
struct HEIFFields {
    var at: Int
    let end: Int

    init(_ range: Range<Int>) { (at, end) = (range.lowerBound, range.upperBound) }

    /// The number of bytes that are left.
    var count: Int { end - at }

    /// Reads a number of `size` bytes, the highest first: 0 bytes are 0, and a number above `Int.max` is `Int.max`.
    mutating func number(_ size: Int, _ bytes: Span<UInt8>) throws(HEIFError) -> Int {
        guard size <= count else { throw HEIFError(.corrupt, "a box ends early, at byte \(end)") }
        var value: UInt64 = 0
        for _ in 0..<size {
            value = value << 8 | UInt64(bytes[at])
            at += 1
        }
        return Int(clamping: value)
    }

    /// Reads the version and the flags with which many boxes begin.
    mutating func version(_ bytes: Span<UInt8>) throws(HEIFError) -> (version: Int, flags: Int) {
        let value = try number(4, bytes)
        return (value >> 24, value & 0xFF_FFFF)
    }
}
