// SPDX-License-Identifier: Apache-2.0

extension JPEGHeader {
    /// Reads the header of a file and checks it against the limits.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - limits: The limits, also for the number of scans in the whole file.
    /// - Throws: `JPEGError` with the first reason, apparent from the header or the number of scans, for which the file
    ///   is not decoded.
    package init(of bytes: Span<UInt8>, limits: JPEGLimits) throws(JPEGError) {
        self = try HeaderParser.parse(bytes, maximumMarkers: limits.markers)
        try admit(limits)
        if keepsCoefficients {
            try ScanCounter.check(bytes, from: dataOffset, pixels: pixels, limits: limits)
        }
    }
}
