// SPDX-License-Identifier: Apache-2.0

/// The fragments of an ICC profile (ICC.1, annex B.4): `ICC_PROFILE\0`, number from 1, count, data.
struct ProfileFragments {
    static let headerBytes = 14
    private static let maximumFragments = 64
    static let maximumBytes = 4 << 20

    private var fragments: [UInt8: Range<Int>] = [:]
    private var count: UInt8?
    private var isBroken = false

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

    /// In order, or nothing when a fragment is missing, doubled or beyond the bounds: a broken profile is worse
    /// than none.
    var complete: [Range<Int>] {
        guard !isBroken, let count, fragments.count == count else { return [] }
        let ordered = fragments.sorted { $0.key < $1.key }.map(\.value)
        return ordered.reduce(0) { $0 + $1.count } <= Self.maximumBytes ? ordered : []
    }
}
