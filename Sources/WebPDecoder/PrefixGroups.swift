// SPDX-License-Identifier: Apache-2.0

/// The groups of prefix codes of a lossless bitstream, found without decoding the picture.
///
/// The bitstream says in an image of its own, the entropy image, which group codes the pixels of a tile (RFC 9649,
/// section 3.7.2.2). libwebp allocates the tables of all groups at once. A file of 200 KB can state 65,536 groups,
/// whose tables take 800 MB, so that they are counted before.
struct PrefixGroups: Equatable {
    /// The number of groups for which libwebp allocates tables.
    var count: Int
    /// The number of bits that select a colour of the colour cache, 1...11; 0 if there is no cache.
    var cacheBits: Int

    /// The memory of the tables in bytes, as libwebp 1.2 allocates them: entries of 4 bytes, for the symbols of the
    /// cache as well, and a structure for each group.
    var tableBytes: Int { count * (4 * (2300 + 656 + (cacheBits > 0 ? 1 << cacheBits : 0)) + 568) }

    /// Reads a bitstream up to its entropy image.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - range: The byte range of the bitstream, without the 5 bytes of its header.
    ///   - width: The width of the picture in pixels.
    ///   - height: The height of the picture in pixels.
    /// - Returns: The groups; nil if the bitstream ends before or contradicts the format. Then libwebp refuses it
    ///   before it allocates tables.
    init?(of bytes: Span<UInt8>, in range: Range<Int>, width: Int, height: Int) {
        var images = LosslessImages(range)
        guard let groups = images.groups(bytes, width: width, height: height) else { return nil }
        self = groups
    }

    init(count: Int, cacheBits: Int) { (self.count, self.cacheBits) = (count, cacheBits) }
}
