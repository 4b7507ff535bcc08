// SPDX-License-Identifier: Apache-2.0

import Exif
package import Pixels

/// The content of the chunks of a WebP file besides its pixels (WebP Container Specification), parsed by
/// `init(of:limits:)`. Nothing is decompressed.
package struct WebPHeader: PictureHeader {
    /// A picture of the file: the only one, or a frame of an animation.
    package struct Frame: Sendable, Equatable {
        /// The place of the frame's first pixel on the canvas.
        package var x: Int
        package var y: Int
        /// The size of the frame in pixels.
        package var width: Int
        package var height: Int
        /// The time for which the frame is shown in milliseconds; 0 for the only picture of a file.
        package var milliseconds: Int
        /// True for a lossless bitstream (chunk VP8L), false for a lossy one (VP8).
        package var isLossless: Bool
        /// The byte range, within the file, of the data of the bitstream.
        package var bitstream: Range<Int>
        /// The byte range, within the file, of the data of the chunk ALPH that precedes a lossy bitstream; nil if
        /// there is none.
        package var alpha: Range<Int>?

        /// The byte range, within the file, of the bitstream that is coded without loss, behind its header: that of
        /// the picture, or of its alpha; nil if there is none.
        package func lossless(in bytes: Span<UInt8>) -> Range<Int>? {
            if isLossless { return bitstream.lowerBound + 5..<bitstream.upperBound }
            // The lowest two bits of the first byte are the compression.
            guard let alpha, !alpha.isEmpty, bytes[alpha.lowerBound] & 3 == 1 else { return nil }
            return alpha.lowerBound + 1..<alpha.upperBound
        }

        /// The largest memory, in bytes, of the tables of prefix codes that libwebp can need for the bitstream: up to
        /// 20,584 bytes for each group of codes. A group takes at least 20 bits, and a tile of 4 x 4 pixels.
        private var possiblePrefixCodeBytes: Int {
            guard let length = isLossless ? bitstream.count : alpha?.count else { return 0 }
            return 20_584 * min(((width + 3) / 4) * ((height + 3) / 4), 1 + length * 8 / 20)
        }

        /// The largest memory, in bytes, that the tables of prefix codes may take: 16 MB, in which 815 to 1353 groups
        /// have room. libwebp writes less than 200 groups into files of photos and drawings.
        package var prefixCodeBytes: Int { min(16 << 20, possiblePrefixCodeBytes) }

        /// True when the bitstream can have more groups of prefix codes than memory is predicted for.
        package var mayExceedPrefixCodes: Bool { possiblePrefixCodeBytes > prefixCodeBytes }
    }

    /// The width in pixels of the canvas as stored: the Exif orientation is not applied.
    package let width: Int
    /// The height in pixels of the canvas as stored: the Exif orientation is not applied.
    package let height: Int
    /// True when decoded pixels have alpha: the file states that it has transparent pixels.
    package let hasAlpha: Bool
    /// True when the file states that it is an animation, even of one frame.
    package let isAnimated: Bool
    /// The frames in the order in which they are shown; one for a still picture.
    package internal(set) var frames: [Frame]
    /// The number of times that an animation is shown; 0 for no end.
    package internal(set) var loops: Int
    /// The background colour that an animation states: alpha, red, green and blue from the highest byte to the lowest.
    package internal(set) var background: UInt32
    /// The byte range, within the file, of the ICC profile; nil if there is none.
    package internal(set) var profile: Range<Int>?
    /// The byte range, within the file, of the TIFF structure of the Exif metadata; nil if there is none.
    package internal(set) var exif: Range<Int>?
    /// The length of the file in bytes. No byte range of this header exceeds the length.
    package let fileBytes: Int

    /// Reads the header of a file and checks it against the limits.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - limits: The limits.
    /// - Throws: `WebPError` with the first reason, apparent from the chunks and the headers of the bitstreams, for
    ///   which the file is not decoded. The memory is not checked here, because the caller knows what else it needs.
    package init(of bytes: Span<UInt8>, limits: WebPLimits) throws(WebPError) {
        self = try WebPParser.parse(bytes, limits: limits)
    }

    init(width: Int, height: Int, hasAlpha: Bool, isAnimated: Bool, fileBytes: Int) {
        self.width = width
        self.height = height
        self.hasAlpha = hasAlpha
        self.isAnimated = isAnimated
        self.fileBytes = fileBytes
        frames = []
        (loops, background) = (0, 0)
    }

    /// The number of pixels of the canvas.
    package var pixels: Int { width * height }

    /// The colour model of the grids.
    package var color: ColorModel { hasAlpha ? .rgba : .rgb }

    /// Returns the rows of the canvas that may differ after a frame from those after the frame before: those of both
    /// frames, because the earlier one may be cleared; all rows for the first frame.
    package func changedRows(_ index: Int) -> Range<Int> {
        guard index > 0 else { return 0..<height }
        let (before, frame) = (frames[index - 1], frames[index])
        return min(before.y, frame.y)..<max(before.y + before.height, frame.y + frame.height)
    }

    /// Returns the orientation that the Exif metadata state; `upright` if they state none.
    ///
    /// - Parameter bytes: The whole file of which this is the header.
    package func orientation(in bytes: Span<UInt8>) -> Orientation {
        guard let exif, exif.upperBound <= bytes.count else { return .upright }
        return ExifOrientation.value(inTIFF: bytes.extracting(exif)).flatMap(Orientation.init) ?? .upright
    }

    /// True for a lossy still picture without alpha, which is decoded into a plane of luma and two of chroma, of which
    /// each sample is for two pixels in both directions.
    package var hasPlanes: Bool { !isAnimated && !hasAlpha && frames.first?.isLossless == false }

    /// The predicted peak memory of decoding in bytes, from the allocations of libwebp 1.2: the pixels or planes; for
    /// an animation also the canvas before; for a lossless bitstream also its own copy of the pixels; for the alpha of
    /// a lossy one a byte and, while it is decoded without loss, 4 bytes more a pixel; rows of blocks and tables.
    ///
    /// The decoder counts the groups of prefix codes before it decodes a frame, and refuses a file whose tables take
    /// more than is predicted here.
    package var workingSetBytes: Int {
        let canvases = isAnimated ? 2 : 1
        let most =
            frames.map {
                $0.width * $0.height * ($0.isLossless ? 4 : hasAlpha ? 5 : 0) + $0.prefixCodeBytes
            }.max() ?? 0
        let planes = width * height + 2 * ((width + 1) / 2) * ((height + 1) / 2)
        return (hasPlanes ? planes : pixels * 4 * canvases) + most + width * 256 + frames.count * 256
            + (1 << 20)
    }
}
