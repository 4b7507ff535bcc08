// SPDX-License-Identifier: Apache-2.0

/// The upper bounds by which memory for outputs is reserved before a picture is decoded.
extension WebPWriter {
    /// The bounds of one size: of a file with one picture, and of the memory that its writing takes.
    package struct Bound: Sendable, Equatable {
        /// The upper bound of the length of a file in bytes, without the profile.
        package let fileBytes: Int
        /// The upper bound of the memory, in bytes, that `encode` allocates in addition to the file that it returns.
        package let workingSetBytes: Int

        /// Creates the bounds for a picture.
        ///
        /// - Parameters:
        ///   - width: The width of the written picture in pixels.
        ///   - height: The height of the written picture in pixels.
        ///   - size: The number of cells along each side of the grid.
        package init(width: Int, height: Int, size: Int) {
            let cells = min(size, width) * min(size, height)
            // The chosen file is at most as long as this bound of VP8LRuns.
            let bits = VP8LRuns.mostBits(width * height, cells, rows: min(size, height))
            fileBytes = bits / 8 + 64
            // The bits, the file and the chunk while they are copied, of up to twice the length each; the values of
            // the cells, as they are, predicted, and transformed, for two plans; the sides; the symbols of some groups
            // of codes.
            workingSetBytes =
                4 * fileBytes + 4 * cells * 4 * 8 + 32 * (width + height) + 16 * width + (256 << 10)
        }

        /// Returns the upper bound of the length of an animated file in bytes, without the profile.
        package func fileBytes(frames: Int) -> Int { frames * (fileBytes + 32) + 64 }
    }

    /// Returns the number of bytes that a profile takes in a file, with the headers of its chunk.
    package static func attachmentBytes(profile: Int) -> Int {
        profile == 0 ? 0 : profile + profile % 2 + 8 + 18
    }
}
