// SPDX-License-Identifier: Apache-2.0

/// The fragments of an ICC profile in APP2 segments (ICC.1, annex B.4). Each has the parameters `ICC_PROFILE\0`, number
/// from 1, count, data.
struct ProfileFragments {
    static let headerBytes = 14
    private static let maximumFragments = 64
    static let maximumBytes = 4 << 20

    private var fragments: [UInt8: Range<Int>] = [:]
    private var count: UInt8?
    private var isBroken = false

    /// Adds the parameters of an APP2 segment that begins with `ICC_PROFILE\0`.
    mutating func add(_ segment: Range<Int>, in bytes: UnsafeBufferPointer<UInt8>) {
        guard segment.count > Self.headerBytes else { return isBroken = true }
        let number = bytes[segment.lowerBound + 12]
        let total = bytes[segment.lowerBound + 13]
        let data = segment.lowerBound + Self.headerBytes..<segment.upperBound
        guard (count ?? total) == total, number >= 1, number <= total, total <= Self.maximumFragments,
            fragments.updateValue(data, forKey: number) == nil
        else { return isBroken = true }
        count = total
    }

    /// The places of the data in the order of the numbers. Empty if a fragment is missing, occurs twice or exceeds the
    /// bounds: an incomplete profile would change the colours.
    var complete: [Range<Int>] {
        guard !isBroken, let count, fragments.count == count else { return [] }
        let ordered = fragments.sorted { $0.key < $1.key }.map(\.value)
        return ordered.reduce(0) { $0 + $1.count } <= Self.maximumBytes ? ordered : []
    }
}
