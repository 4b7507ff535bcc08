// SPDX-License-Identifier: Apache-2.0

/// The upper bounds by which memory for outputs is reserved before a picture is decoded.
extension GIFWriter {
    /// The bounds of one size: of a file, and of the memory that its writing takes.
    package struct Bound: Sendable, Equatable {
        /// The upper bound of the length of a file in bytes.
        package let fileBytes: Int
        /// The upper bound of the memory, in bytes, that `encode` allocates in addition to the file that it returns.
        package let workingSetBytes: Int

        /// Creates the bounds for a picture or an animation.
        ///
        /// - Parameters:
        ///   - width: The width of the written pictures in pixels.
        ///   - height: The height of the written pictures in pixels.
        ///   - size: The number of cells along each side of the grids.
        ///   - frames: The number of frames.
        package init(width: Int, height: Int, size: Int, frames: Int = 1) {
            let codes = Self.codes(width: width, height: height, size: size)
            // A code has up to 12 bits, and 255 bytes are a sub-block. Palette, descriptor and control have less than
            // 800 bytes.
            let dataBytes = codes * 3 / 2 + 8
            let frameBytes = dataBytes + dataBytes / 255 + 1024
            fileBytes = frameBytes * frames + 1024
            // Growing arrays have twice the room that they need, and for a moment their old memory beside the new one.
            // There are data of two frames to choose from. A cell has its colour, its change, and in the frame that is
            // written its place in the tables of colours.
            let cells = size * size
            workingSetBytes =
                2 * fileBytes + 6 * frameBytes + cells * (8 * frames + 512) + 8 * (width + height) + (1 << 20)
        }

        /// Returns an upper bound of the number of codes of a frame.
        ///
        /// A code either ends a run of equal pixels or begins in it, which at most two codes of each run do, or it is
        /// within a run. The codes within runs of one index stand for more pixels each time, 1, 2, 3 and so on, until
        /// the table is full, after at least 3838 codes. So k codes within runs of up to c indices, in g tables, stand
        /// for at least k * k / (2 * c * g) pixels.
        private static func codes(width: Int, height: Int, size: Int) -> Int {
            let pixels = Double(width) * Double(height)
            let ends = 2 * Double(height) * Double(min(width, size) + 1)
            let indices = Double(min(256, size * size + 1))
            // With n codes, g is at most n / 3838 + 1, and n at most `ends` + sqrt(2 * c * g * pixels).
            let step = 2 * indices * pixels / 3838
            let half = ends + step / 2
            let most = half + (half * half - ends * ends + 2 * indices * pixels).squareRoot()
            return Int(min(most, pixels)) + Int(min(most, pixels) / 3838) + 4
        }
    }
}
