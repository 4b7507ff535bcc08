// SPDX-License-Identifier: Apache-2.0

package import Pixels

/// The canvas of a GIF file and its frames, which are found without decompressing them. The same files are read as by
/// Pillow 12.1.1.
package struct GIFHeader: PictureHeader {
    /// The longest side of a picture in pixels.
    package static let maximumSide = 65500

    /// The width of the canvas in pixels. A first frame beyond its edges enlarges the canvas; the parts of other frames
    /// that are beyond are not shown.
    package let width: Int
    /// The height of the canvas in pixels.
    package let height: Int
    /// The index of the colour of the canvas behind frames whose disposal is 2, if they have no transparent index.
    package let background: UInt8
    /// The frames, at least one.
    package let frames: [GIFFrame]
    /// The number of repetitions that the file states (NETSCAPE2.0), where 0 means without end; nil if the animation is
    /// shown once.
    package let loops: Int?
    /// True when the file ends before its last frame is complete.
    package let isTruncated: Bool
    /// The length of the file in bytes.
    package let fileBytes: Int

    /// Parses the blocks of a file.
    ///
    /// - Parameters:
    ///   - file: The whole file.
    ///   - limits: The limits within which the file is read.
    /// - Throws: `GIFError`.
    package init(of file: Span<UInt8>, limits: GIFLimits) throws(GIFError) {
        var walk = try GIFWalk(of: file, limits: limits)
        try walk.readBlocks(file)
        guard let first = walk.frames.first else {
            throw GIFError(walk.endedEarly ? .truncated : .corrupt, "the file has no picture")
        }
        guard !walk.endedEarly || limits.acceptsTruncated else {
            throw GIFError(.truncated, "the file ends in frame \(walk.frames.count)")
        }
        width = max(walk.width, first.left + first.width)
        height = max(walk.height, first.top + first.height)
        background = walk.background
        frames = walk.frames
        loops = walk.loops
        isTruncated = walk.endedEarly
        fileBytes = file.count
    }

    /// True when the first frame has an index for transparent pixels. As in Pillow, this decides for all frames.
    package var hasAlpha: Bool { frames[0].transparentIndex != nil }

    /// The layout of the rows of all frames.
    package var layout: PixelLayout {
        if frames.allSatisfy({ $0.palette == .gray }) { return hasAlpha ? .grayAlpha : .gray }
        return hasAlpha ? .rgba : .rgbx
    }

    /// True when Pillow does not average the pixels of the first frame but takes single ones, because they are indices
    /// of colours.
    package var isSampledByPillow: Bool { frames[0].palette != .gray }

    /// An upper bound of the memory of the decoder in bytes: one byte for each pixel of the largest frame and, for
    /// animations, four for each pixel of the canvas, and again for a frame after which the canvas is restored.
    package var workingSetBytes: Int {
        let largest = frames.reduce(0) { max($0, $1.pixels) }
        guard frames.count > 1 else { return largest + 131072 }
        let restored = frames.reduce(0) { $1.disposal > 2 ? max($0, min($1.pixels, width * height)) : $0 }
        return largest + 4 * (width * height + restored) + 131072
    }
}
