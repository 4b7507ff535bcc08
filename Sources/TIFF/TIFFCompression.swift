// SPDX-License-Identifier: Apache-2.0

/// The compression of the strips or tiles that is decoded. The raw values are those of the tag Compression.
package enum TIFFCompression: Int, Sendable, CaseIterable {
    case none = 1
    case ccittRuns = 2
    case ccittGroup3 = 3
    case ccittGroup4 = 4
    case lzw = 5
    case jpeg = 7
    case deflate = 8
    case ccittWordRuns = 32771
    case packBits = 32773
    case thunderScan = 32809
    case oldDeflate = 32946
    case zstandard = 50000

    /// Returns the name of a compression that is not decoded.
    static func name(_ number: Int) -> String {
        switch number {
        case 6: "JPEG as in TIFF 6.0, which is obsolete,"
        case 34661: "JBIG"
        case 34676, 34677: "SGI LogLuv"
        case 34712, 33003, 33005: "JPEG 2000"
        case 34887: "LERC"
        case 34925: "LZMA, whose memory the file chooses,"
        case 50001: "WebP"
        case 50002, 52546: "JPEG XL"
        default: "number \(number)"
        }
    }

    /// The largest number of bytes to which a byte can expand; nil if it has no useful bound.
    var largestExpansion: Int? {
        switch self {
        case .none: 1
        case .packBits: 64
        // A match of 258 bytes has at least 2 bits (RFC 1951).
        case .deflate, .oldDeflate: 1032
        // A code of 12 bits stands for at most 3839 bytes.
        case .lzw: 2560
        default: nil
        }
    }

    /// True when samples can be stored as differences (the tag Predictor).
    package var hasPredictor: Bool { [.lzw, .deflate, .oldDeflate, .zstandard].contains(self) }
}
