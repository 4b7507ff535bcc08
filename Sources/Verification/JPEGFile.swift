// SPDX-License-Identifier: Apache-2.0

/// The marker segments of a JPEG file up to its scan.
struct JPEGFile {
    /// A marker segment.
    struct Segment: Equatable {
        /// The second byte of the marker.
        var marker: UInt8
        /// The offset of the marker in the file.
        var offset: Int
        /// The range of the parameters in the file.
        var content: Range<Int>
    }

    private(set) var segments: [Segment] = []
    /// The offset of the first byte that is not part of a segment: the entropy-coded data after SOS, or a byte that is
    /// no marker.
    private(set) var end = 0
    /// True when the last segment is SOS.
    var hasScan: Bool { segments.last?.marker == Self.startOfScan }

    static let startOfScan: UInt8 = 0xDA

    /// Reads the segments of a file, `maximum` at most. `end` is then the offset of the next one.
    init(_ bytes: [UInt8], maximum: Int = .max) {
        guard bytes.starts(with: [0xFF, 0xD8]) else { return }
        end = 2
        while end + 4 <= bytes.count, bytes[end] == 0xFF, !hasScan, segments.count < maximum {
            let length = Int(bytes[end + 2]) << 8 | Int(bytes[end + 3])
            // Markers without a segment: TEM, RSTn, SOI, EOI, and fill bytes.
            let marker = bytes[end + 1]
            guard marker > 0x01, !(0xD0...0xD9).contains(marker), marker != 0xFF, length >= 2,
                end + 2 + length <= bytes.count
            else { return }
            segments.append(Segment(marker: marker, offset: end, content: end + 4..<end + 2 + length))
            end += 2 + length
        }
    }
}
