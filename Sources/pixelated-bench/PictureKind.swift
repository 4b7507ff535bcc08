// SPDX-License-Identifier: Apache-2.0

import CPlainGIF
import CPlainHEIF
import CPlainPNG
import CPlainTIFF
import CPlainWebP
import Pixelation
import WebP

/// The kinds of sources in formats other than JPEG. Each has a line in the report.
enum PictureKind: String, CaseIterable {
    case png = "PNG"
    case webPLossy = "WebP, lossy"
    case webPLossless = "WebP, lossless"
    case webPAnimated = "WebP, animated"
    case gif = "GIF, still"
    case gifAnimated = "GIF, animated"
    case heic = "HEIC"
    case avif = "AVIF"
    case tiff = "TIFF"

    /// Creates the kind of a file; nil for JPEG files, and for formats that the benchmark does not measure.
    init?(_ survey: Survey) {
        switch survey.header {
        case .png: self = .png
        case .gif: self = survey.frames > 1 ? .gifAnimated : .gif
        case .webp(let header) where header.isAnimated: self = .webPAnimated
        case .webp(let header): self = header.frames[0].isLossless ? .webPLossless : .webPLossy
        case .heif: self = survey.format == .avif ? .avif : .heic
        case .tiff: self = .tiff
        default: return nil
        }
    }

    /// The figures of a line of the report; nil where none is required.
    struct Figures {
        /// The time of the engine divided by that of a bare decode by the library.
        var engineToBare: Double?
        /// The intended value of `engineToBare`.
        var engineToBareAim: Double?
        /// The time of the reference divided by that of the engine.
        var referenceToEngine: Double?
        /// The bytes of five outputs divided by those of the reference.
        var bytes: Double?
    }

    /// The required values.
    var required: Figures {
        switch self {
        case .png: Figures(engineToBare: 1.15, engineToBareAim: 1.08, referenceToEngine: 6, bytes: 1)
        case .webPLossy, .webPLossless:
            Figures(engineToBare: 1.15, engineToBareAim: 1.08, referenceToEngine: 10, bytes: 0.3)
        case .gif, .gifAnimated: Figures(engineToBare: 1.5, referenceToEngine: 3, bytes: 1.2)
        case .heic, .avif: Figures(engineToBare: 1.05)
        case .webPAnimated, .tiff: Figures()
        }
    }

    /// True when the outputs have the format of the source, so that Pillow can write the same kind of outputs.
    var hasReference: Bool { ![.heic, .avif, .tiff].contains(self) }

    /// Decodes a file by the library of its format, with the plain C code of the tests: PNG and TIFF row by row into a
    /// buffer of one row, WebP, HEIC and AVIF into a picture, GIF into the indices of all frames, which are not
    /// composed.
    ///
    /// - Returns: False if the library reports an error.
    func decodeBare(_ bytes: [UInt8]) -> Bool {
        switch self {
        case .png: return plain_png_decode_rows(bytes, bytes.count)
        case .webPLossy, .webPLossless, .webPAnimated: return plain_webp_decode_all(bytes, bytes.count)
        case .gif, .gifAnimated:
            guard let gif = plain_gif_open(bytes, bytes.count) else { return false }
            plain_gif_close(gif)
            return true
        case .heic, .avif: return plain_heif_decode(bytes, bytes.count)
        case .tiff: return plain_tiff_decode_rows(bytes, bytes.count)
        }
    }
}
