// SPDX-License-Identifier: Apache-2.0

/// A property of an item.
enum HEIFProperty: Sendable {
    /// The size in pixels before transformations: `ispe`.
    case size(width: Int, height: Int)
    /// A rotation by a number of quarter turns: `irot`.
    case rotation(Int)
    /// A mirroring: `imir`.
    case mirroring
    /// A crop: `clap`.
    case crop(HEIFCrop)
    /// An ICC profile, as a byte range within the file: `colr`.
    case profile(Range<Int>)
    /// The statement that an auxiliary picture is alpha, or something else: `auxC`.
    case auxiliary(isAlpha: Bool)
    /// The parameters of HEVC data: `hvcC`.
    case hevc(CodedFormat, lengthBytes: Int)
    /// The parameters of AV1 data: `av1C`.
    case av1(CodedFormat?)
    case other
}
