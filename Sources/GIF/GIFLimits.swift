// SPDX-License-Identifier: Apache-2.0

/// The limits within which a GIF file is read.
package struct GIFLimits: Sendable, Equatable {
    /// The largest number of pixels of the canvas, and of a frame.
    package var pixels: Int
    /// The largest number of frames that are read. A file with more is refused, unless it is read as a still picture.
    package var frames: Int
    /// The largest number of frames times the pixels of the larger of canvas and frame. An animation of fewer than ten
    /// frames counts as one of ten, because its canvas is in memory as a whole.
    package var framePixels: Int
    /// The largest number of extension blocks in addition to one for each frame.
    package var blocks: Int
    /// True to read the first frame alone: the file behind it is ignored.
    package var isStill: Bool
    /// True to read the existing part of a file that ends early, false to refuse such a file.
    package var acceptsTruncated: Bool

    package init(
        pixels: Int, frames: Int = 1000, framePixels: Int = 250_000_000, blocks: Int = 1000, isStill: Bool,
        acceptsTruncated: Bool
    ) {
        self.pixels = pixels
        self.frames = frames
        self.framePixels = framePixels
        self.blocks = blocks
        self.isStill = isStill
        self.acceptsTruncated = acceptsTruncated
    }
}
