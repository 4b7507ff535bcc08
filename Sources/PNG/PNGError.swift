// SPDX-License-Identifier: Apache-2.0

/// The reason for which a PNG file was not decoded.
package struct PNGError: Error, Sendable, CustomStringConvertible {
    /// The kind of an error. The raw values equal those of `PixelationError.Kind`, except for `notPNG`, `sideTooLong`
    /// and `tooManyChunks`.
    package enum Kind: String, Sendable, CaseIterable {
        /// The file does not begin with the signature of PNG.
        case notPNG = "not-png"
        /// The file has a method of compression, filtering or interlacing, or a critical chunk, that is not known.
        case unsupported = "unsupported-format"
        /// The picture has more pixels than `PNGLimits.pixels`.
        case tooManyPixels = "too-many-pixels"
        /// A side of the picture is longer than `PNGHeader.longestSide`.
        case sideTooLong = "side-too-long"
        /// The file has more chunks than `PNGLimits.chunks`.
        case tooManyChunks = "too-many-chunks"
        /// Decoding needs more memory than `PNGLimits.memoryBytes`, or the system has no memory left.
        case tooMuchMemory = "too-much-memory"
        /// The file ends before its picture is complete.
        case truncated
        /// The file contradicts the standard or itself.
        case corrupt
        /// Decoding did not end before the deadline of the `PNGReader`.
        case deadline
        /// The `Cancellation` of the `PNGReader` was cancelled.
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
