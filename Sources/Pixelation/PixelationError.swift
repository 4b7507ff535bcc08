// SPDX-License-Identifier: Apache-2.0

import JPEG

/// Why a picture was not pixelated: which rule it broke, with the numbers and the limit.
package struct PixelationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The raw values are stable: they appear in logs, metrics and reports.
    package enum Kind: String, Sendable, CaseIterable {
        /// The bytes are no picture of any kind known here.
        case notAnImage = "not-an-image"
        /// A picture, but of a format or kind that is not processed; the message names it.
        case unsupportedFormat = "unsupported-format"
        case tooManyBytes = "too-many-bytes"
        case tooManyPixels = "too-many-pixels"
        case tooManyScans = "too-many-scans"
        case tooManyMarkers = "too-many-markers"
        case tooMuchMemory = "too-much-memory"
        case tooManyWarnings = "too-many-warnings"
        /// The file ends before the picture does.
        case truncated
        /// The file contradicts the standard or itself.
        case corrupt
        /// Pixelating took longer than `PixelationLimits.seconds`.
        case deadline
        /// `Cancellation.cancel` was called.
        case cancelled
        /// A defect of this program.
        case `internal`
    }

    package var kind: Kind
    /// What was found and what is allowed, in one line.
    package var detail: String

    package init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    package var description: String { "\(kind.rawValue): \(detail)" }

    init(_ error: JPEGError) {
        let kind: Kind =
            switch error.kind {
            case .notJPEG: .notAnImage
            case .unsupported: .unsupportedFormat
            case .tooManyPixels: .tooManyPixels
            case .tooManyScans: .tooManyScans
            case .tooManyMarkers: .tooManyMarkers
            case .tooMuchMemory: .tooMuchMemory
            case .tooManyWarnings: .tooManyWarnings
            case .truncated: .truncated
            case .corrupt: .corrupt
            case .deadline: .deadline
            case .cancelled: .cancelled
            case .internal: .internal
            }
        self.init(kind, error.detail)
    }
}
