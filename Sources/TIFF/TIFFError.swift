// SPDX-License-Identifier: Apache-2.0

/// The reason for which a TIFF file was not decoded.
package struct TIFFError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of an error. The raw values equal those of `PixelationError.Kind`, except for `notTIFF`, `sideTooLong`,
    /// `tooManyEntries` and `tooManySegments`.
    package enum Kind: String, Sendable, CaseIterable {
        /// The file does not begin with the signature of TIFF.
        case notTIFF = "not-tiff"
        /// The file has a compression, a colour model or samples that are not supported.
        case unsupported = "unsupported-format"
        /// libtiff is not installed.
        case noLibrary = "decoder-missing"
        /// The picture has more pixels than `TIFFLimits.pixels`.
        case tooManyPixels = "too-many-pixels"
        /// A side of the picture is longer than `TIFFHeader.longestSide`.
        case sideTooLong = "side-too-long"
        /// The directory has more entries than `TIFFLimits.entries`.
        case tooManyEntries = "too-many-entries"
        /// The picture has so many strips or tiles that the work for them exceeds `TIFFLimits.work`.
        case tooManySegments = "too-many-segments"
        /// Strips or tiles in JPEG have more scans than `TIFFLimits.scans`, or the work for their scans exceeds
        /// `TIFFLimits.work`.
        case tooManyScans = "too-many-scans"
        /// Decoding needs more memory than `TIFFLimits.memoryBytes`, or the system has no memory left.
        case tooMuchMemory = "too-much-memory"
        /// The file ends before its picture is complete.
        case truncated
        /// The file contradicts the standard or itself.
        case corrupt
        /// Decoding did not end before the deadline of the `TIFFReader`.
        case deadline
        /// The `Cancellation` of the `TIFFReader` was cancelled.
        case cancelled
        /// The error is a defect of this program, not of the file.
        case `internal`
    }

    package var kind: Kind
    /// A sentence for logs that states what was found and, if a limit is exceeded, the limit.
    package var detail: String

    package init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    package var description: String { "\(kind.rawValue): \(detail)" }
}
