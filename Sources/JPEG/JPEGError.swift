// SPDX-License-Identifier: Apache-2.0

/// The reason for which a JPEG file was not decoded.
package struct JPEGError: Error, Sendable, CustomStringConvertible {
    /// The raw values equal those of `PixelationError.Kind`, except `notJPEG`.
    package enum Kind: String, Sendable, CaseIterable {
        /// The file does not begin with FF D8 FF.
        case notJPEG = "not-jpeg"
        /// A JPEG file of a kind that is not decoded: lossless, 12 bits, 2 components.
        case unsupported = "unsupported-format"
        /// The picture has more pixels than `JPEGLimits.pixels`, or a side longer than 65500.
        case tooManyPixels = "too-many-pixels"
        /// The file has more scans than `JPEGLimits.scans` or `scanWork` allow.
        case tooManyScans = "too-many-scans"
        /// The file has more marker segments than `JPEGLimits.markers`.
        case tooManyMarkers = "too-many-markers"
        /// Decoding needs more memory than `JPEGLimits.memoryBytes`, or the system has none left.
        case tooMuchMemory = "too-much-memory"
        /// libjpeg gave more warnings than `JPEGLimits.warnings`.
        case tooManyWarnings = "too-many-warnings"
        /// The data ends before the picture does.
        case truncated
        /// The data contradicts the standard or itself.
        case corrupt
        /// The deadline of the reader passed.
        case deadline
        /// The reader's `Cancellation` was cancelled.
        case cancelled
        /// A defect of this program, not of the file.
        case `internal`
    }

    package var kind: Kind
    /// One sentence: the finding and, for a limit, the limit.
    package var detail: String

    package init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    package var description: String { "\(kind.rawValue): \(detail)" }
}
