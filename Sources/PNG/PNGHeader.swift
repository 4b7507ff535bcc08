// SPDX-License-Identifier: Apache-2.0

import Exif
package import Pixels

/// The content of the chunks of a PNG file besides its pixels (PNG, third edition, 11), parsed by
/// `init(of:limits:)`. Nothing is decompressed.
package struct PNGHeader: PictureHeader {
    /// The colour type of the IHDR chunk (PNG, 11.2.1).
    package enum ColorType: UInt8, Sendable {
        case gray = 0
        case rgb = 2
        case palette = 3
        case grayAlpha = 4
        case rgba = 6

        /// The number of samples of a pixel.
        package var samples: Int {
            switch self {
            case .gray, .palette: 1
            case .grayAlpha: 2
            case .rgb: 3
            case .rgba: 4
            }
        }

        /// The numbers of bits that a sample may have.
        var depths: [Int] {
            switch self {
            case .gray: [1, 2, 4, 8, 16]
            case .palette: [1, 2, 4, 8]
            case .rgb, .grayAlpha, .rgba: [8, 16]
            }
        }
    }

    /// The width of the picture in pixels as stored: the Exif orientation is not applied.
    package let width: Int
    /// The height of the picture in pixels as stored: the Exif orientation is not applied.
    package let height: Int
    /// The number of bits of a sample: 1, 2, 4, 8 or 16.
    package let depth: Int
    package let colorType: ColorType
    /// True when the picture is stored in the seven passes of Adam7.
    package let isInterlaced: Bool
    /// The byte range, within the file, of the PLTE chunk's data; nil if there is none.
    package var palette: Range<Int>?
    /// The byte range of the tRNS chunk's data: the alpha of the first colours of a palette, or the samples of the
    /// transparent colour, 2 bytes each. It is nil if there is none.
    package var transparency: Range<Int>?
    /// The byte ranges of the data of the chunks that state the meaning of the colours; nil for a chunk that does not
    /// exist, is behind the palette or the pixels, or has a wrong length.
    package var iCCP: Range<Int>?
    package var gAMA: Range<Int>?
    package var cHRM: Range<Int>?
    package var sRGB: Range<Int>?
    package var cICP: Range<Int>?
    /// The byte range of the eXIf chunk's data, a TIFF structure; nil if there is none.
    package var exif: Range<Int>?
    /// The number of frames that the acTL chunk of an animation states, 1 without one. The first picture alone is
    /// decoded: that of the IDAT chunks.
    package var frames = 1
    /// The number of bytes of the pixels: the data of all IDAT chunks.
    package var dataBytes = 0
    /// The offset of the first IDAT chunk in bytes from the start of the file.
    package var dataOffset = 0
    /// True when the file ends within a chunk, or without an IEND chunk.
    package var isTruncated = false
    /// The length of the file in bytes. No offset or byte range of this header exceeds the length.
    package let fileBytes: Int

    /// The number of pixels, width times height.
    package var pixels: Int { width * height }

    /// True when pixels may be transparent.
    package var hasAlpha: Bool { colorType == .grayAlpha || colorType == .rgba || transparency != nil }

    /// The number of bytes of a row as stored, without its filter byte, when the picture is not interlaced.
    package var rowBytes: Int { rowBytes(width) }

    /// Returns the number of bytes of a row of `width` pixels as stored.
    func rowBytes(_ width: Int) -> Int { (width * colorType.samples * depth + 7) / 8 }

    /// The number of bytes of all rows with their filter bytes, in all passes, which the zlib stream contains.
    package var rawBytes: Int {
        guard isInterlaced else { return height * (rowBytes + 1) }
        // PNG, 8.2: the first column and row of each pass, and the distances to the next.
        let passes = [
            (0, 8, 0, 8), (4, 8, 0, 8), (0, 4, 4, 8), (2, 4, 0, 4), (0, 2, 2, 4), (1, 2, 0, 2), (0, 1, 1, 2),
        ]
        return passes.reduce(0) { sum, pass in
            let columns = (width - pass.0 + pass.1 - 1) / pass.1
            let rows = (height - pass.2 + pass.3 - 1) / pass.3
            return columns > 0 && rows > 0 ? sum + rows * (rowBytes(columns) + 1) : sum
        }
    }

    /// Returns the orientation that the eXIf chunk states; `upright` if it states none.
    ///
    /// - Parameter bytes: The whole file of which this is the header.
    package func orientation(in bytes: Span<UInt8>) -> Orientation {
        guard let exif, exif.upperBound <= bytes.count else { return .upright }
        return ExifOrientation.value(inTIFF: bytes.extracting(exif)).flatMap { Orientation(rawValue: $0) }
            ?? .upright
    }
}
