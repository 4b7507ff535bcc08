// SPDX-License-Identifier: Apache-2.0

/// The limits within which a PNG file is decoded. A file that exceeds one of them is refused with a `PNGError`.
package struct PNGLimits: Sendable, Equatable {
    /// The largest number of pixels, width times height.
    package var pixels: Int
    /// The largest number of chunks before the first IDAT chunk, and the largest number of all chunks but IDAT. There
    /// may be 100 times as many IDAT chunks.
    package var chunks: Int
    /// The largest predicted peak memory of the decoder in bytes.
    package var memoryBytes: Int
    /// The largest length in bytes of an ICC profile that is decompressed, up to 4 MiB; 0 to decompress none.
    package var profileBytes: Int
    /// True to decode the existing part of a file that ends early, false to refuse such a file.
    package var acceptsTruncated: Bool

    package init(
        pixels: Int, chunks: Int, memoryBytes: Int, profileBytes: Int = 0, acceptsTruncated: Bool
    ) {
        self.pixels = pixels
        self.chunks = chunks
        self.memoryBytes = memoryBytes
        self.profileBytes = profileBytes
        self.acceptsTruncated = acceptsTruncated
    }
}
