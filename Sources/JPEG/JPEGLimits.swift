// SPDX-License-Identifier: Apache-2.0

/// What a JPEG file may cost.
package struct JPEGLimits: Sendable, Equatable {
    /// Width times height.
    package var pixels: Int
    package var scans: Int
    /// Scans times width times height.
    package var scanWork: Int
    /// Segments in front of the first scan, and again APPn and COM segments in the whole file.
    package var markers: Int
    /// Peak memory of the decoder: coefficients and rows.
    package var memoryBytes: Int
    /// Complaints of the decoder about data that it nevertheless decoded.
    package var warnings: Int
    /// Decode what there is of a file that ends early.
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
