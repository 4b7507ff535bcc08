// SPDX-License-Identifier: Apache-2.0

/// The limits within which a JPEG file is decoded. A file that exceeds one of them is refused with a `JPEGError`.
package struct JPEGLimits: Sendable, Equatable {
    /// The largest number of pixels, width times height.
    package var pixels: Int
    /// The largest number of scans.
    package var scans: Int
    /// The largest product of the number of scans and the number of pixels.
    package var scanWork: Int
    /// The largest number of markers before the first scan, and the largest number of APPn segments (APP0 and APP14 are
    /// not counted) and COM segments in the whole file.
    package var markers: Int
    /// The largest predicted peak memory of the decoder, and the largest memory of libjpeg's coefficient arrays, in
    /// bytes.
    package var memoryBytes: Int
    /// The largest share of the picture's rows that corrupt data may concern, in percent.
    package var damagedPercent: Int
    /// True to decode the existing part of a file that ends early, false to refuse such a file. A file of several scans
    /// also ends at a corrupt marker segment behind a scan.
    package var acceptsTruncated: Bool

    package init(
        pixels: Int, scans: Int, scanWork: Int, markers: Int, memoryBytes: Int, damagedPercent: Int,
        acceptsTruncated: Bool
    ) {
        self.pixels = pixels
        self.scans = scans
        self.scanWork = scanWork
        self.markers = markers
        self.memoryBytes = memoryBytes
        self.damagedPercent = damagedPercent
        self.acceptsTruncated = acceptsTruncated
    }
}
