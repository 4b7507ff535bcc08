// SPDX-License-Identifier: Apache-2.0

import PNG
import PNGEncoder

extension PNGHeader {
    /// The ranges of the chunks that state the meaning of the colours.
    private var colorChunks: [Range<Int>] { [iCCP, gAMA, cHRM, sRGB, cICP].compactMap(\.self) }

    /// The largest length in bytes of a profile that is decompressed.
    static let longestProfile = 2 << 20

    /// An upper bound of the length of the decompressed ICC profile in bytes; 0 without a profile. Deflate makes at
    /// most 1032 bytes of one (258 of two bits).
    var decompressedProfileBytes: Int {
        min(Self.longestProfile, 1032 * (iCCP?.count ?? 0))
    }

    /// The bytes of these chunks in a file.
    var colorChunkBytes: Int { colorChunks.reduce(0) { $0 + $1.count + 12 } }

    /// Returns the contents of these chunks.
    ///
    /// - Parameter bytes: The whole file.
    func attachments(in bytes: [UInt8]) -> PNGWriter.Attachments {
        func content(_ range: Range<Int>?) -> [UInt8]? { range.map { Array(bytes[$0]) } }
        return PNGWriter.Attachments(
            iCCP: content(iCCP), gAMA: content(gAMA), cHRM: content(cHRM), sRGB: content(sRGB),
            cICP: content(cICP))
    }
}
