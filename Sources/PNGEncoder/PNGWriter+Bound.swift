// SPDX-License-Identifier: Apache-2.0

package import Pixels

/// The upper bounds by which memory for outputs is reserved before a picture is decoded.
extension PNGWriter {
    /// The bounds of one size: of a file, and of the memory that its writing takes.
    package struct Bound: Sendable, Equatable {
        /// The upper bound of the length of a file in bytes, without the attachments.
        package let fileBytes: Int
        /// The upper bound of the memory, in bytes, that `encode` allocates in addition to the file that it returns.
        package let workingSetBytes: Int

        /// The bytes of a file besides its data: the signature, the chunks IHDR, PLTE, tRNS, IEND, the header and the
        /// checksum of the zlib stream, and the description of the codes.
        private static let frameBytes = 2048

        /// Creates the bounds for a picture.
        ///
        /// - Parameters:
        ///   - width: The width of the written picture in pixels.
        ///   - height: The height of the written picture in pixels.
        ///   - color: The colour model of the grid.
        ///   - size: The number of cells along each side of the grid.
        package init(width: Int, height: Int, color: ColorModel, size: Int) {
            // The format with the most bytes is that of the grid. Others have shorter rows, and at most two spans for
            // a column of cells, of one byte each.
            let period = width * color.bands + 1
            let spans = min(2 * size, width)
            let units = min(period, max(2, color.bands) * size)
            let groups = min(size, height)
            let rawBytes = period * height

            // Tokens begin at the first two or three units of a span, so that a match covers at least 3 bytes of them,
            // or the rest of a span, or 258 bytes. CompressedRows.md has the longest codes.
            let different = groups * (12 * 3 * units + 34 * spans + 20 * (period / 258 + 1))
            let repeated = height * (102 + 2 * (period / 258 + 1)) + groups * 20 * 17
            let coded = (different + repeated) / 8
            let stored = rawBytes + 5 * (rawBytes / 65535 + 1)
            // Rows that are short in all are coded in further ways, which are never longer than the rows.
            let data = rawBytes <= TokenParser.segmentBytes ? stored : min(stored, coded + coded / 64)
            fileBytes = Self.frameBytes + data + (data / PNGWriter.dataChunkBytes + 1) * PNGWriter.chunkBytes

            let nodes = min(
                TokenParser.segmentBytes + min(period, 4 * units) + RowPlan.shortRepeat, rawBytes + period)
            let tokens = min(rawBytes, groups * (3 * units + 2 * spans) + 4 * height) + 1024
            // Memory that grows is there twice for a moment, and its capacity is up to twice its content.
            let parser = TokenParser.memoryBytes(
                nodes: 3 * nodes + 8192, longestAppend: period + RowPlan.shortRepeat)
            workingSetBytes =
                parser + 3 * (3 * tokens * MemoryLayout<DeflateTokens.Token>.stride)
                + groups * spans * 8 + spans * 256 + size * size * 64 + 8 * (width + height)
                + 3 * fileBytes + min(rawBytes, RowPlan.simpleBytes) + HashChains.memoryBytes + (1 << 20)
        }
    }
}
