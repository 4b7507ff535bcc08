// SPDX-License-Identifier: Apache-2.0

/// The limits within which a WebP file is decoded. A file that exceeds one of them is refused with a `WebPError`.
package struct WebPLimits: Sendable, Equatable {
    /// The largest number of pixels, width times height.
    package var pixels: Int
    /// The largest number of frames.
    package var frames: Int
    /// The largest product of the number of frames and the number of pixels of the canvas.
    package var framePixels: Int
    /// The largest number of chunks, those within frames included, but not the frames and their bitstreams.
    package var chunks: Int
    /// The largest predicted peak memory of the decoder in bytes.
    package var memoryBytes: Int

    package init(pixels: Int, frames: Int, framePixels: Int, chunks: Int, memoryBytes: Int) {
        self.pixels = pixels
        self.frames = frames
        self.framePixels = framePixels
        self.chunks = chunks
        self.memoryBytes = memoryBytes
    }
}
