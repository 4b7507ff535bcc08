// SPDX-License-Identifier: Apache-2.0

package import Pixels

/// The primary picture of a HEIF or AVIF file as its boxes describe it (ISO/IEC 23008-12), parsed by
/// `init(of:limits:)`. No picture is decoded.
package struct HEIFHeader: PictureHeader, Equatable {
    /// The coding of the picture, or of its tiles.
    package enum Coding: String, Sendable {
        case hevc = "HEVC"
        case av1 = "AV1"

        /// A sentence that states what is missing when pictures in this coding cannot be decoded, and the packages to
        /// install.
        package var missingLibrary: String {
            switch self {
            case .hevc:
                "HEIC files need libheif 1.15 or newer and libde265: install the Debian packages libheif1 and "
                    + "libde265-0"
            case .av1:
                "AVIF files need libheif with a decoder of AV1: install the Debian packages libheif1 and, from Debian "
                    + "13 on, libheif-plugin-dav1d"
            }
        }
    }

    /// The width in pixels after the transformations of the file: rotation, mirroring and clean aperture.
    package internal(set) var width: Int
    /// The height in pixels after the transformations of the file.
    package internal(set) var height: Int
    package internal(set) var coding: Coding
    /// The number of bits of a sample, 8 to 16.
    package internal(set) var depth: Int
    /// True when the picture, or a tile of it, has an alpha picture.
    package internal(set) var hasAlpha: Bool
    /// The number of tiles of a grid; 1 for a picture that is not tiled.
    package internal(set) var tiles: Int
    /// The byte range, within the file, of the ICC profile; nil if there is none.
    package internal(set) var profile: Range<Int>?
    /// The longest side in pixels that any picture of the file states.
    package internal(set) var longestSide: Int
    /// An upper bound of the memory of decoding in bytes, from the allocations of libheif 1.15: the planes of the
    /// picture, of the largest tile in the coding and in RGB, of a turned copy, and of the alpha picture.
    package internal(set) var workingSetBytes: Int
    /// The length of the file in bytes. No byte range of this header exceeds the length.
    package let fileBytes: Int

    /// Reads the header of a file and checks it against the limits.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - limits: The limits.
    /// - Throws: `HEIFError` with the first reason, apparent from the boxes and the parameters of the coded data, for
    ///   which the file is not decoded. The memory is not checked here, because the caller knows what else it needs.
    package init(of bytes: Span<UInt8>, limits: HEIFLimits) throws(HEIFError) {
        let file = try HEIFParser.parse(bytes, limits: limits)
        self = try HEIFComposition.header(of: file, bytes, limits: limits)
    }

    init(_ part: HEIFPart, hasAlpha: Bool, tiles: Int, longestSide: Int, fileBytes: Int) {
        (width, height) = (part.width, part.height)
        (coding, depth) = (part.coding, part.depth)
        self.hasAlpha = hasAlpha
        self.tiles = tiles
        self.longestSide = longestSide
        self.fileBytes = fileBytes
        workingSetBytes = part.peakBytes
    }

    /// The colour model of the grids.
    package var color: ColorModel { hasAlpha ? .rgba : .rgb }
}
