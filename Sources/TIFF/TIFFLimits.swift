// SPDX-License-Identifier: Apache-2.0

/// The limits within which a TIFF file is decoded, and what is made of it. A file that exceeds one of them is refused
/// with a `TIFFError`.
package struct TIFFLimits: Sendable, Equatable {
    /// The largest number of pixels, width times height.
    package var pixels: Int
    /// The largest number of entries of the directory.
    package var entries: Int
    /// The largest work for all strips or tiles, in pixels: a strip or a tile counts as
    /// `TIFFSegments.smallestWork` pixels or more, and one in JPEG as its pixels for each of its scans.
    package var work: Int
    /// The largest number of scans of a strip or a tile in JPEG.
    package var scans: Int
    /// The largest predicted peak memory of the decoder in bytes.
    package var memoryBytes: Int
    /// True to decode the existing part of a file that ends early, false to refuse such a file.
    package var acceptsTruncated: Bool
    /// True when rows are those of the upright picture, for which the whole picture is in memory if it is turned;
    /// false when they are those of the stored picture.
    package var appliesOrientation: Bool

    package init(
        pixels: Int, entries: Int, work: Int, scans: Int, memoryBytes: Int, acceptsTruncated: Bool,
        appliesOrientation: Bool
    ) {
        self.pixels = pixels
        self.entries = entries
        self.work = work
        self.scans = scans
        self.memoryBytes = memoryBytes
        self.acceptsTruncated = acceptsTruncated
        self.appliesOrientation = appliesOrientation
    }
}
