// SPDX-License-Identifier: Apache-2.0

/// A strip or a tile in JPEG (TIFF Technical Note 2): a JPEG file without its tables.
enum JPEGSegment {
    /// The largest number of markers before the first scan that are read.
    private static let mostMarkers = 32

    /// Returns true unless the first scan has all components of a sequential frame, so that a decoder keeps only a few
    /// rows of blocks.
    static func mayHaveSeveralScans(_ bytes: Span<UInt8>) -> Bool {
        var at = 2
        var components: UInt8?
        for _ in 0..<mostMarkers {
            guard at + 4 <= bytes.count, bytes[at] == 0xFF else { return true }
            let length = Int(bytes[at + 2]) << 8 | Int(bytes[at + 3])
            guard length >= 2, at + 2 + length <= bytes.count else { return true }
            switch bytes[at + 1] {
            case 0xC0, 0xC1:
                guard length >= 8, components == nil else { return true }
                components = bytes[at + 9]
            case 0xC2...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF: return true
            case 0xDA: return length < 3 || components != bytes[at + 4]
            default: break
            }
            at += 2 + length
        }
        return true
    }
}
