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
            // The chosen file is at most as long as that of VP8LRuns. A prefix code is at most as long as one with
            // equally long codes: 9 bits for green and lengths, 8 for the other colours, 6 for distances. So a run
            // takes 33 bits and its copies 25 each with their extra bits, of which there is one for 4096 pixels and
            // one for the rest, and likewise for each row of cells. The descriptions have less than 14 bits a symbol.
            let copies = width * height / 4096 + cells + 2 * min(size, height)
            fileBytes = (33 * cells + 25 * copies + 14 * (280 + 3 * 256 + 40)) / 8 + 64
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
