// SPDX-License-Identifier: Apache-2.0

/// The reason for which a JPEG file was not decoded.
package struct JPEGError: Error, Sendable, CustomStringConvertible {
    /// The kind of an error. The raw values equal those of `PixelationError.Kind`, except for
    /// `notJPEG` and `sideTooLong`.
    package enum Kind: String, Sendable, CaseIterable {
        /// The file does not begin with FF D8 FF.
        case notJPEG = "not-jpeg"
        /// The file is of a kind that is not decoded, for example lossless, with 12-bit samples, or with 2 components.
        case unsupported = "unsupported-format"
        /// The picture has more pixels than `JPEGLimits.pixels`.
        case tooManyPixels = "too-many-pixels"
        /// A side of the picture is longer than `JPEGHeader.longestSide`.
        case sideTooLong = "side-too-long"
        /// The file exceeds `JPEGLimits.scans` or `JPEGLimits.scanWork`.
        case tooManyScans = "too-many-scans"
        /// The file exceeds `JPEGLimits.markers`.
        case tooManyMarkers = "too-many-markers"
        /// Decoding needs more memory than `JPEGLimits.memoryBytes`, or the system has no memory left.
        case tooMuchMemory = "too-much-memory"
        /// Corrupt data concern a larger share of the picture than `JPEGLimits.damagedPercent`.
        case tooMuchDamage = "too-much-damage"
        /// The file ends before its picture is complete.
        case truncated
        /// The file contradicts the standard or itself.
        case corrupt
        /// Decoding did not end before the deadline of the `JPEGReader`.
        case deadline
        /// The `Cancellation` of the `JPEGReader` was cancelled.
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
