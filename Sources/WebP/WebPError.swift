// SPDX-License-Identifier: Apache-2.0

/// The reason for which a WebP file was not decoded.
package struct WebPError: Error, Sendable, CustomStringConvertible {
    /// The kind of an error. The raw values equal those of `PixelationError.Kind`, except for `notWebP`,
    /// `tooManyChunks` and `tooManyFrames`.
    package enum Kind: String, Sendable, CaseIterable {
        /// The file does not begin with RIFF, a length, and WEBP.
        case notWebP = "not-webp"
        /// The file has a bitstream of an unknown version.
        case unsupported = "unsupported-format"
        /// The picture has more pixels than `WebPLimits.pixels`.
        case tooManyPixels = "too-many-pixels"
        /// The file has more chunks than `WebPLimits.chunks`.
        case tooManyChunks = "too-many-chunks"
        /// The file has more frames than `WebPLimits.frames`, or they have more pixels than `WebPLimits.framePixels`.
        case tooManyFrames = "too-many-frames"
        /// Decoding needs more memory than `WebPLimits.memoryBytes`, or the system has no memory left.
        case tooMuchMemory = "too-much-memory"
        /// The file ends before its picture is complete.
        case truncated
        /// The file contradicts the specification or itself.
        case corrupt
        /// Decoding did not end before the deadline of the `WebPReader`.
        case deadline
        /// The `Cancellation` of the `WebPReader` was cancelled.
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
