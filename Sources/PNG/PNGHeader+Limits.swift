// SPDX-License-Identifier: Apache-2.0

/// The checks for which the header of a file is sufficient. They precede all allocations of libpng.
extension PNGHeader {
    /// The longest side of a picture in pixels, which is that of all outputs.
    package static let longestSide = 65500

    /// The largest number of bytes to which a byte of a deflate stream can expand: a match of 258 bytes has at least 2
    /// bits (RFC 1951).
    private static let largestExpansion = 1032

    /// Reads the header of a file and checks it against the limits.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - limits: The limits. The memory is not checked here, because the caller knows what else it needs.
    /// - Throws: `PNGError` with the first reason, apparent from the chunks, for which the file is not decoded.
    package init(of bytes: Span<UInt8>, limits: PNGLimits) throws(PNGError) {
        self = try PNGParser.parse(bytes, limits: limits)
        guard limits.acceptsTruncated || rawBytes <= (dataBytes + 1) * Self.largestExpansion else {
            throw PNGError(
                .truncated,
                "\(width) x \(height) pixels of \(colorType.samples * depth) bits need "
                    + "\(rawBytes / Self.largestExpansion) bytes of data or more, \(dataBytes) are there")
        }
    }

    /// The predicted peak memory of decoding in bytes: the state of libpng and zlib, two rows as stored and a few as
    /// decoded, and for an interlaced picture all decoded rows.
    package var workingSetBytes: Int {
        let decoded = width * 8
        return (192 << 10) + 2 * (rowBytes + 64) + 4 * decoded
            + (isInterlaced ? height * width * bytesPerPixel : 0)
    }

    /// The largest number of bytes of a decoded pixel.
    private var bytesPerPixel: Int { colorType == .gray && transparency == nil ? max(1, depth / 8) : 4 }
}
