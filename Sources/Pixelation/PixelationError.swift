// SPDX-License-Identifier: Apache-2.0

import JPEG

/// The reason for which a picture was not pixelated.
package struct PixelationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The raw values are stable: they appear in logs, metrics and quarantine records.
    package enum Kind: String, Sendable, CaseIterable {
        /// The bytes begin like no picture format of `SourceFormat`.
        case notAnImage = "not-an-image"
        /// The picture has a format or a coding process that is not supported; `detail` names it.
        case unsupportedFormat = "unsupported-format"
        /// The picture exceeds `PixelationLimits.bytes`.
        case tooManyBytes = "too-many-bytes"
        /// The picture exceeds `PixelationLimits.pixels`, or has a side longer than 65500.
        case tooManyPixels = "too-many-pixels"
        /// The picture exceeds `PixelationLimits.scans` or `scanWork`.
        case tooManyScans = "too-many-scans"
        /// The picture exceeds `PixelationLimits.markers`.
        case tooManyMarkers = "too-many-markers"
        /// The picture exceeds `PixelationLimits.memoryBytes`, or the system has no memory left.
        case tooMuchMemory = "too-much-memory"
        /// The picture exceeds `PixelationLimits.warnings`.
        case tooManyWarnings = "too-many-warnings"
        /// The file ends before its picture is complete.
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
    /// One sentence: the finding and, for a limit, the limit.
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
