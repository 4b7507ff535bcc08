// SPDX-License-Identifier: Apache-2.0

/// The bounds within which a JPEG file is decoded.
package struct JPEGLimits: Sendable, Equatable {
    /// Width times height.
    package var pixels: Int
    /// The number of scans.
    package var scans: Int
    /// Scans times width times height.
    package var scanWork: Int
    /// The number of markers before the first scan, and the number of APPn and COM segments in the whole file.
    package var markers: Int
    /// The peak memory of the decoder in bytes: coefficients and rows.
    package var memoryBytes: Int
    /// The number of libjpeg's warnings about corrupt data that it decodes nevertheless.
    package var warnings: Int
    /// True to decode the existing part of a file that ends early.
    package var acceptsTruncated: Bool

    package init(
        pixels: Int, scans: Int, scanWork: Int, markers: Int, memoryBytes: Int, warnings: Int,
        acceptsTruncated: Bool
    ) {
        self.pixels = pixels
        self.scans = scans
        self.scanWork = scanWork
        self.markers = markers
        self.memoryBytes = memoryBytes
        self.warnings = warnings
        self.acceptsTruncated = acceptsTruncated
    }
}
