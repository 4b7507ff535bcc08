// SPDX-License-Identifier: Apache-2.0

/// A strip or a tile in JPEG (TIFF Technical Note 2): a JPEG file without its tables. Its markers are found as libjpeg
/// finds them, so that no scan is decoded that is not counted.
struct JPEGSegment {
    /// The number of scans that are decoded; no more than one above the allowed number are counted.
    private(set) var scans = 0
    /// The height of the frame in pixels; 0 without a frame. That of a last strip may be larger than the strip.
    private(set) var height = 0
    /// False if the first scan has all components of a sequential frame: a decoder then reads no other scan, and keeps
    /// only a few rows of blocks.
    private(set) var hasSeveralScans = false
    /// The number of bytes that were read for it.
    private(set) var bytesRead = 0

    /// Counts the scans.
    ///
    /// - Parameters:
    ///   - bytes: The strip or the tile.
    ///   - most: The allowed number of scans.
    init(_ bytes: Span<UInt8>, most: Int) {
        var components: UInt8?
        var at = 0
        defer { bytesRead = min(at, bytes.count) }
        while scans <= most {
            while at < bytes.count, bytes[at] != 0xFF { at += 1 }
            guard at + 1 < bytes.count else { return }
            switch bytes[at + 1] {
            case 0xFF: at += 1
            // These have no length: stuffed bytes, TEM, RSTn and SOI.
            case 0, 0x01, 0xD0...0xD8: at += 2
            case 0xD9: return
            case let marker:
                guard at + 3 < bytes.count else { return }
                let length = Int(bytes[at + 2]) << 8 | Int(bytes[at + 3])
                switch marker {
                // The frames. DHT, JPG and DAC are among them in number only.
                case 0xC0...0xC3, 0xC5...0xC7, 0xC9...0xCB, 0xCD...0xCF:
                    guard at + 9 < bytes.count, components == nil else { return }
                    height = Int(bytes[at + 5]) << 8 | Int(bytes[at + 6])
                    components = bytes[at + 9]
                    hasSeveralScans = marker > 0xC1
                case 0xDA:
                    guard at + 4 < bytes.count else { return }
                    scans += 1
                    hasSeveralScans = hasSeveralScans || components != bytes[at + 4]
                    guard hasSeveralScans else { return }
                default: break
                }
                at += 2 + max(2, length)
            }
        }
    }
}
