// SPDX-License-Identifier: Apache-2.0

/// The reason for which a HEIF or AVIF file was not decoded.
package struct HEIFError: Error, Sendable, CustomStringConvertible {
    /// The kind of an error. The raw values equal those of `PixelationError.Kind`, except for `notHEIF` and
    /// `tooManyBoxes`.
    package enum Kind: String, Sendable, CaseIterable {
        /// The file does not begin with a box `ftyp`.
        case notHEIF = "not-heif"
        /// The file has no primary picture, or one in a coding or of a type that is not supported.
        case unsupported = "unsupported-format"
        /// The library that decodes the picture is not installed.
        case noLibrary = "decoder-missing"
        /// The picture has more pixels than `HEIFLimits.pixels`, or it is made of pictures that together have more than
        /// `HEIFLimits.decodedPixels`.
        case tooManyPixels = "too-many-pixels"
        /// The file has more boxes, items, tiles or references than `HEIFLimits.boxes` allows.
        case tooManyBoxes = "too-many-boxes"
        /// Decoding needs more memory than `HEIFLimits.memoryBytes`, or the system has no memory left.
        case tooMuchMemory = "too-much-memory"
        /// The file ends before its picture is complete.
        case truncated
        /// The file contradicts the standard or itself.
        case corrupt
        /// Decoding did not end before the deadline of the `HEIFReader`.
        case deadline
        /// The `Cancellation` of the `HEIFReader` was cancelled.
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
