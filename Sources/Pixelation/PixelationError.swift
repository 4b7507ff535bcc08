// SPDX-License-Identifier: Apache-2.0

package import BMP
package import GIF
package import HEIF
package import JPEG
package import PNG
package import TIFF
package import WebP

/// The reason for which a source was not pixelated.
package struct PixelationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The kind of an error. The raw values are stable: they appear in logs, metrics and quarantine records.
    package enum Kind: String, Sendable, CaseIterable {
        /// The file begins like none of the formats of `SourceFormat`.
        case notAnImage = "not-an-image"
        /// The file has a format or a coding process that is not supported; `detail` names it.
        case unsupportedFormat = "unsupported-format"
        /// The library that decodes the format is not installed; `detail` names its package. The other formats can be
        /// decoded.
        case decoderMissing = "decoder-missing"
        /// The file is longer than `PixelationLimits.bytes`.
        case tooManyBytes = "too-many-bytes"
        /// The picture has more pixels than `PixelationLimits.pixels`, or a side longer than 65500 pixels.
        case tooManyPixels = "too-many-pixels"
        /// The file exceeds `PixelationLimits.scans` or `PixelationLimits.scanWork`.
        case tooManyScans = "too-many-scans"
        /// The file has more frames than `PixelationLimits.frames`.
        case tooManyFrames = "too-many-frames"
        /// The file exceeds `PixelationLimits.markers`.
        case tooManyMarkers = "too-many-markers"
        /// The picture needs more memory than `PixelationLimits.memoryBytes`, or the system has no memory left.
        case tooMuchMemory = "too-much-memory"
        /// Corrupt data concern a larger share of the picture than `PixelationLimits.damagedPercent`.
        case tooMuchDamage = "too-much-damage"
        /// The file ends before its picture is complete.
        case truncated
        /// The file contradicts the standard or itself.
        case corrupt
        /// Pixelating took longer than `PixelationLimits.seconds`.
        case deadline
        /// `Cancellation.cancel` was called.
        case cancelled
        /// The decoder process was ended by a signal, or exited, while it decoded the file.
        case decoderCrashed = "decoder-crashed"
        /// The decoder process exceeded its memory limit, or the kernel killed it.
        case decoderOutOfMemory = "decoder-out-of-memory"
        /// The decoder process answered with bytes that are no answer to the request.
        case decoderGarbage = "decoder-garbage"
        /// No decoder process can be started. The error is one of the machine, not of the file.
        case decoderUnavailable = "decoder-unavailable"
        /// The error is a defect of this program, not of the file.
        case `internal`
    }

    package var kind: Kind
    /// A sentence that states what was found and, if a limit is exceeded, the limit.
    package var detail: String

    package init(_ kind: Kind, _ detail: String) {
        self.kind = kind
        self.detail = detail
    }

    /// Creates the error of a file that exceeds a limit: the names of the settings are appended to the detail, unless
    /// no setting changes the limit (`isSetting`).
    package init(_ kind: Kind, limit detail: String, isSetting: Bool = true) {
        let names = isSetting ? kind.settings : []
        let settings = names.map { "pixelation.limits.\($0)" }.joined(separator: ", ")
        self.init(kind, settings.isEmpty ? detail : "\(detail) (\(settings))")
    }

    package var description: String { "\(kind.rawValue): \(detail)" }

    /// Creates the error that corresponds to an error of the GIF decoder.
    package init(_ error: GIFError) {
        let kind: Kind =
            switch error.kind {
            case .tooManyPixels: .tooManyPixels
            case .tooManyFrames: .tooManyFrames
            case .tooManyBlocks: .tooManyMarkers
            case .truncated: .truncated
            case .corrupt: .corrupt
            }
        self.init(kind, limit: error.detail)
    }

    /// Creates the error that corresponds to an error of the WebP decoder.
    package init(_ error: WebPError) {
        let kind: Kind =
            switch error.kind {
            case .notWebP: .notAnImage
            case .unsupported: .unsupportedFormat
            case .tooManyPixels: .tooManyPixels
            case .tooManyChunks: .tooManyMarkers
            case .tooManyFrames: .tooManyFrames
            case .tooMuchMemory: .tooMuchMemory
            case .truncated: .truncated
            case .corrupt: .corrupt
            case .deadline: .deadline
            case .cancelled: .cancelled
            case .internal: .internal
            }
        self.init(kind, limit: error.detail)
    }

    /// Creates the error that corresponds to an error of the HEIF decoder.
    package init(_ error: HEIFError) {
        let kind: Kind =
            switch error.kind {
            case .notHEIF: .notAnImage
            case .unsupported: .unsupportedFormat
            case .noLibrary: .decoderMissing
            case .tooManyPixels: .tooManyPixels
            case .tooManyBoxes: .tooManyMarkers
            case .tooMuchMemory: .tooMuchMemory
            case .truncated: .truncated
            case .corrupt: .corrupt
            case .deadline: .deadline
            case .cancelled: .cancelled
            case .internal: .internal
            }
        self.init(kind, limit: error.detail)
    }

    /// Creates the error that corresponds to an error of the TIFF decoder.
    package init(_ error: TIFFError) {
        let kind: Kind =
            switch error.kind {
            case .notTIFF: .notAnImage
            case .unsupported: .unsupportedFormat
            case .noLibrary: .decoderMissing
            case .tooManyPixels, .sideTooLong: .tooManyPixels
            case .tooManyEntries: .tooManyMarkers
            case .tooManySegments, .tooManyScans: .tooManyScans
            case .tooMuchMemory: .tooMuchMemory
            case .truncated: .truncated
            case .corrupt: .corrupt
            case .deadline: .deadline
            case .cancelled: .cancelled
            case .internal: .internal
            }
        self.init(kind, limit: error.detail, isSetting: error.kind != .sideTooLong)
    }

    /// Creates the error that corresponds to an error of the BMP decoder.
    package init(_ error: BMPError) {
        let kind: Kind =
            switch error.kind {
            case .unsupported: .unsupportedFormat
            case .tooManyPixels: .tooManyPixels
            case .truncated: .truncated
            case .corrupt: .corrupt
            }
        self.init(kind, limit: error.detail)
    }

    /// Creates the error that corresponds to an error of the PNG decoder.
    package init(_ error: PNGError) {
        let kind: Kind =
            switch error.kind {
            case .notPNG: .notAnImage
            case .unsupported: .unsupportedFormat
            case .tooManyPixels, .sideTooLong: .tooManyPixels
            case .tooManyChunks: .tooManyMarkers
            case .tooMuchMemory: .tooMuchMemory
            case .truncated: .truncated
            case .corrupt: .corrupt
            case .deadline: .deadline
            case .cancelled: .cancelled
            case .internal: .internal
            }
        self.init(kind, limit: error.detail, isSetting: error.kind != .sideTooLong)
    }

    /// Creates the error that corresponds to an error of the JPEG decoder.
    package init(_ error: JPEGError) {
        let kind: Kind =
            switch error.kind {
            case .notJPEG: .notAnImage
            case .unsupported: .unsupportedFormat
            case .tooManyPixels, .sideTooLong: .tooManyPixels
            case .tooManyScans: .tooManyScans
            case .tooManyMarkers: .tooManyMarkers
            case .tooMuchMemory: .tooMuchMemory
            case .tooMuchDamage: .tooMuchDamage
            case .truncated: .truncated
            case .corrupt: .corrupt
            case .deadline: .deadline
            case .cancelled: .cancelled
            case .internal: .internal
            }
        self.init(kind, limit: error.detail, isSetting: error.kind != .sideTooLong)
    }
}

extension PixelationError.Kind {
    /// The names of the limits, properties of `PixelationLimits`, that a file of this kind exceeds; empty for other
    /// kinds.
    fileprivate var settings: [String] {
        switch self {
        case .tooManyBytes: ["bytes"]
        case .tooManyPixels: ["pixels"]
        case .tooManyScans: ["scans", "scanWork"]
        case .tooManyFrames: ["frames", "scanWork"]
        case .tooManyMarkers: ["markers"]
        case .tooMuchMemory: ["memoryBytes"]
        case .tooMuchDamage: ["damagedPercent"]
        case .deadline: ["seconds"]
        case .notAnImage, .unsupportedFormat, .decoderMissing, .truncated, .corrupt, .cancelled,
            .decoderCrashed, .decoderOutOfMemory, .decoderGarbage, .decoderUnavailable, .internal:
            []
        }
    }
}
