// SPDX-License-Identifier: Apache-2.0

/// The fragments of an ICC profile in APP2 segments (ICC.1, annex B.4). The parameters of such a segment are
/// `ICC_PROFILE\0`, the number of the fragment, counted from 1, the number of all fragments, and the data of the
/// fragment.
struct ProfileFragments {
    /// The number of bytes before the data in the parameters of a segment.
    static let headerBytes = 14
    /// The largest number of fragments of a profile. A profile with more fragments is ignored.
    private static let maximumFragments = 64
    /// The largest length of a profile in bytes. A longer profile is ignored.
    static let maximumBytes = 4 << 20

    /// The byte range of the data of each fragment within the file, by the number of the fragment.
    private var fragments: [UInt8: Range<Int>] = [:]
    /// The number of all fragments, as the first segment states it; nil before the first segment.
    private var count: UInt8?
    private var isBroken = false

    /// Adds the fragment that an APP2 segment contains.
    ///
    /// - Parameters:
    ///   - segment: The byte range, within the file, of the segment's parameters, which begin with `ICC_PROFILE\0`.
    ///   - bytes: The whole file.
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

    /// The byte ranges, within the file, of the data of all fragments, in the order of their numbers. The array is
    /// empty if a fragment is missing or occurs twice, or if the profile is too long, because an incomplete profile
    /// would change the colours.
    var complete: [Range<Int>] {
        guard !isBroken, let count, fragments.count == count else { return [] }
        let ordered = fragments.sorted { $0.key < $1.key }.map(\.value)
        return ordered.reduce(0) { $0 + $1.count } <= Self.maximumBytes ? ordered : []
    }
}
