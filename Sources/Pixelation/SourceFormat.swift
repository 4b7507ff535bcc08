// SPDX-License-Identifier: Apache-2.0

import HEIF
import TIFF

/// The format of a source, recognised by the first bytes of the file, or by the root element of XML. The raw values are
/// for error texts.
package enum SourceFormat: String, Sendable, CaseIterable {
    case jpeg = "JPEG"
    case png = "PNG"
    case gif = "GIF"
    case webp = "WebP"
    case heif = "HEIC"
    case avif = "AVIF"
    case tiff = "TIFF"
    case bmp = "BMP"
    case jpegXL = "JPEG XL"
    case jpeg2000 = "JPEG 2000"
    case jpegXR = "JPEG XR"
    case icon = "ICO"
    case psd = "PSD"
    case pdf = "PDF"
    case svg = "SVG"
    case video = "ISO media (video)"

    /// The formats that can be read.
    package static let readable: [SourceFormat] = [.jpeg, .png, .gif, .webp, .heif, .avif, .tiff, .bmp]

    /// The name of the format in the setting `pixelation.formats`, such as `jpeg`.
    package var settingName: String { rawValue.lowercased() }

    /// A sentence that states which packages to install when the format cannot be decoded for lack of a library; nil
    /// for formats whose libraries the program is linked with.
    package var missingLibrary: String? {
        switch self {
        case .heif: HEIFHeader.Coding.hevc.missingLibrary
        case .avif: HEIFHeader.Coding.av1.missingLibrary
        case .tiff: TIFFHeader.missingLibrary
        default: nil
        }
    }

    /// False for formats of documents and videos.
    package var isPicture: Bool { self != .pdf && self != .video }

    /// The endings of the names of files in this format, without a dot, in lower case, the usual one first; empty for
    /// formats that are not read.
    package var endings: [String] {
        switch self {
        case .jpeg: ["jpg", "jpeg", "jpe", "jfif", "mpo"]
        case .png: ["png", "apng"]
        case .gif: ["gif"]
        case .webp: ["webp"]
        case .heif: ["heic", "heif", "hif"]
        case .avif: ["avif"]
        case .tiff: ["tif", "tiff"]
        case .bmp: ["bmp", "dib"]
        default: []
        }
    }

    /// Creates the format of a file; nil if its first bytes are those of no known format.
    ///
    /// - Parameter bytes: The whole file.
    package init?(_ bytes: Span<UInt8>) {
        func has(_ part: some Collection<UInt8>, at offset: Int = 0) -> Bool {
            bytes.count >= offset + part.count && zip(offset..., part).allSatisfy { bytes[$0] == $1 }
        }
        func has(_ text: String, at offset: Int = 0) -> Bool { has(text.utf8, at: offset) }
        switch true {
        case has([0xFF, 0xD8, 0xFF]): self = .jpeg
        case has([0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]): self = .png
        case has("GIF87a"), has("GIF89a"): self = .gif
        case has("RIFF") && has("WEBP", at: 8): self = .webp
        case has("ftyp", at: 4):
            self = Self.isoMedia(bytes)
        // The number 42, in files of some writers in the other byte order, and 43 in BigTIFF.
        case has([0x49, 0x49, 0x2A, 0x00]), has([0x4D, 0x4D, 0x00, 0x2A]), has([0x49, 0x49, 0x00, 0x2A]),
            has([0x4D, 0x4D, 0x2A, 0x00]), has([0x49, 0x49, 0x2B, 0x00]), has([0x4D, 0x4D, 0x00, 0x2B]):
            self = .tiff
        case has("BM") && bytes.count >= 26: self = .bmp
        case has([0xFF, 0x0A]), has([0, 0, 0, 0x0C, 0x4A, 0x58, 0x4C, 0x20]): self = .jpegXL
        case has([0, 0, 0, 0x0C, 0x6A, 0x50, 0x20, 0x20]), has([0xFF, 0x4F, 0xFF, 0x51]): self = .jpeg2000
        case has([0x49, 0x49, 0xBC]): self = .jpegXR
        case has([0, 0, 1, 0]) && bytes.count >= 22: self = .icon
        case has("8BPS"): self = .psd
        case has("%PDF-"): self = .pdf
        case XMLDocument.rootElement(of: bytes) == "svg": self = .svg
        default: return nil
        }
    }

    /// Returns the format of a file that begins with a box `ftyp`, by the brands that it states (ISO/IEC 23008-12, 10).
    private static func isoMedia(_ bytes: Span<UInt8>) -> SourceFormat {
        func brand(_ offset: Int) -> String {
            guard offset + 4 <= bytes.count else { return "" }
            return String(decoding: (offset..<offset + 4).map { bytes[$0] }, as: UTF8.self)
        }
        let length = (0..<4).reduce(0) { $0 << 8 | Int(bytes[$1]) }
        let major = brand(8)
        // The general brands do not say how the picture is coded. The compatible ones follow a version.
        let compatible =
            ["mif1", "msf1", "miaf"].contains(major)
            ? stride(from: 16, to: min(length, bytes.count, 16 + 4 * 64), by: 4).map(brand) : []
        let brands = [major] + compatible
        if brands.contains("avif") || brands.contains("avis") { return .avif }
        let isHEIF = [
            "heic", "heix", "hevc", "hevx", "heim", "heis", "hevm", "hevs", "mif1", "msf1", "miaf",
        ].contains(major)
        return isHEIF ? .heif : .video
    }
}
