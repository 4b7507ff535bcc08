// SPDX-License-Identifier: Apache-2.0

/// Why a JPEG file was not decoded.
package struct JPEGError: Error, Sendable, CustomStringConvertible {
    package enum Kind: String, Sendable, CaseIterable {
        /// The bytes do not begin like a JPEG file.
        case notJPEG = "not-jpeg"
        /// A JPEG file of a kind that is not decoded: lossless, 12 bits, 2 components.
        case unsupported = "unsupported-format"
        case tooManyPixels = "too-many-pixels"
        case tooManyScans = "too-many-scans"
        case tooManyMarkers = "too-many-markers"
        case tooMuchMemory = "too-much-memory"
        case tooManyWarnings = "too-many-warnings"
        /// The data ends before the picture does.
        case truncated
        /// The data contradicts the standard or itself.
        case corrupt
        case deadline
        case cancelled
        /// A defect of this program, not of the file.
        case `internal`
    }

    package var kind: Kind
    /// What was found and what is allowed.
    package var detail: String

    package init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    package var description: String { "\(kind.rawValue): \(detail)" }
}
