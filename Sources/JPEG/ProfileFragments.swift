// SPDX-License-Identifier: Apache-2.0

/// The fragments of an ICC profile in APP2 segments (ICC.1, annex B.4). The parameters of such a segment are
/// `ICC_PROFILE\0`, the number of the fragment, the number of all fragments, and the data of the fragment. Fragments
/// are counted from 1, and by some programs from 0.
struct ProfileFragments {
    /// The number of bytes before the data in the parameters of a segment.
    static let headerBytes = 14
    /// The largest length of a profile in bytes. A longer profile is ignored.
    static let maximumBytes = 4 << 20

    /// The byte range of the data of each fragment within the file, by the number of the fragment.
    private var fragments: [UInt8: Range<Int>] = [:]
    /// The number of all fragments, as the first segment states it; nil before the first segment.
    private var count: UInt8?
    /// The first contradiction between the fragments.
    private var contradiction: String?

    /// Adds the fragment that an APP2 segment contains.
    ///
    /// - Parameters:
    ///   - segment: The byte range, within the file, of the segment's parameters, which begin with `ICC_PROFILE\0`.
    ///   - bytes: The whole file.
    mutating func add(_ segment: Range<Int>, in bytes: Span<UInt8>) {
        guard contradiction == nil else { return }
        guard segment.count > Self.headerBytes else { return contradiction = "a fragment has no data" }
        let number = bytes[segment.lowerBound + 12]
        let total = bytes[segment.lowerBound + 13]
        let data = segment.lowerBound + Self.headerBytes..<segment.upperBound
        if number > total {
            contradiction = "a fragment is number \(number) of \(total)"
        } else if let count, count != total {
            contradiction = "the fragments are stated to be \(count), and to be \(total)"
        } else if fragments.updateValue(data, forKey: number) != nil {
            contradiction = "fragment \(number) of \(total) occurs twice"
        }
        count = total
    }

    /// The reason for which the profile is ignored, because an incomplete profile would change the colours; nil if it
    /// is complete, or if there is none.
    var problem: String? {
        if let contradiction { return contradiction }
        guard let count else { return nil }
        // The numbers are different and at most `count`, so that at most one of 0...count is missing in a profile of
        // `count` fragments.
        guard fragments.count == count, fragments[0] == nil || fragments[count] == nil else {
            return "\(fragments.count) fragments of \(count) exist"
        }
        let length = fragments.values.reduce(0) { $0 + $1.count }
        guard length <= Self.maximumBytes else {
            return "\(length) bytes, more than \(Self.maximumBytes)"
        }
        return nil
    }

    /// The byte ranges, within the file, of the data of all fragments, in the order of their numbers. The array is
    /// empty if there is no profile or if it has a problem.
    var complete: [Range<Int>] {
        problem == nil ? fragments.sorted { $0.key < $1.key }.map(\.value) : []
    }
}
