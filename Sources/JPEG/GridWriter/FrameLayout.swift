// SPDX-License-Identifier: Apache-2.0

/// The components of a frame and the blocks of its MCUs, as libjpeg's `jpeg_set_colorspace` (jcparam.c) chooses them
/// for gray, YCbCr and CMYK (terms of ITU-T T.81, A.1 and A.2).
struct FrameLayout {
    struct Component {
        var identifier: UInt8
        /// The horizontal and the vertical sampling factor: 2 for the luminance of 4:2:0, else 1.
        var sampling: Int
        /// The number of the quantization table and of the Huffman tables: 0 for luminance, 1 for chrominance.
        var table: Int
    }

    /// A block of an MCU: its component, and its indices among the block spans of the MCU's row and column.
    struct Block: BitwiseCopyable {
        var component: Int
        var row: Int
        var column: Int
    }

    let components: [Component]
    /// The blocks of an MCU in the order of an interleaved scan (T.81, A.2.3).
    let blocks: [Block]
    /// True for CMYK with Adobe's marker, false for JFIF.
    let isAdobe: Bool

    init(bands: Int) {
        isAdobe = bands == 4
        components =
            switch bands {
            case 1: [Component(identifier: 1, sampling: 1, table: 0)]
            case 3:
                [
                    Component(identifier: 1, sampling: 2, table: 0),
                    Component(identifier: 2, sampling: 1, table: 1),
                    Component(identifier: 3, sampling: 1, table: 1),
                ]
            default: Array("CMYK".utf8).map { Component(identifier: $0, sampling: 1, table: 0) }
            }
        let luminance = [(0, 0), (0, 1), (1, 0), (1, 1)].map { Block(component: 0, row: $0, column: $1) }
        blocks =
            bands == 3
            ? luminance + (1...2).map { Block(component: $0, row: 2, column: 2) }
            : components.indices.map { Block(component: $0, row: 0, column: 0) }
    }

    /// True when chrominance has half the samples of luminance along each axis.
    var isSubsampled: Bool { components[0].sampling == 2 }
    /// The number of block spans of an MCU along each axis: two of luminance and one of chrominance, or one.
    var blocksAlongSide: Int { isSubsampled ? 3 : 1 }
    /// The side of an MCU in pixels.
    var mcuSide: Int { isSubsampled ? 16 : 8 }
    /// The number of quantization tables, and of pairs of Huffman tables.
    var tables: Int { isSubsampled ? 2 : 1 }
}

// MARK: Marker segments

extension FrameLayout {
    /// Returns all bytes before the entropy-coded data, in libjpeg's order: SOI, APP0 or APP14, the attachments where
    /// Pillow writes them (profile, then comment), DQT, SOF0, DHT, SOS (ITU-T T.81, B.2).
    func header(width: Int, height: Int, attachments: GridWriter.Attachments) -> [UInt8] {
        var bytes: [UInt8] = [0xFF, 0xD8]
        if isAdobe {
            // Version 100, no flags, transform 0: the samples are CMYK, not YCCK.
            bytes.append(marker: 0xEE, Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, 0])
        } else {
            // Version 1.01, no unit, aspect ratio 1:1, no thumbnail.
            bytes.append(marker: 0xE0, Array("JFIF".utf8) + [0, 1, 1, 0, 0, 1, 0, 1, 0, 0])
        }
        bytes.append(profile: attachments.iccProfile ?? [])
        if let comment = attachments.comment, !comment.isEmpty { bytes.append(marker: 0xFE, comment) }

        for table in 0..<tables {
            bytes.append(marker: 0xDB, [UInt8(table)] + QuantizationTable.standard[table].zigzagSteps)
        }
        bytes.append(marker: 0xC0, frameParameters(width: width, height: height))
        for table in 0..<tables {
            let huffman = HuffmanTable.standard[table]
            bytes.append(marker: 0xC4, [UInt8(table)] + huffman.dc.counts + huffman.dc.symbols)
            bytes.append(marker: 0xC4, [UInt8(0x10 | table)] + huffman.ac.counts + huffman.ac.symbols)
        }
        bytes.append(marker: 0xDA, scanParameters)
        return bytes
    }

    /// The parameters of a frame header (T.81, B.2.2).
    private func frameParameters(width: Int, height: Int) -> [UInt8] {
        var bytes: [UInt8] = [8]
        bytes.append(bigEndian: height)
        bytes.append(bigEndian: width)
        bytes.append(UInt8(components.count))
        for component in components {
            let factor = UInt8(component.sampling)
            bytes += [component.identifier, factor << 4 | factor, UInt8(component.table)]
        }
        return bytes
    }

    /// The parameters of the one scan's header (T.81, B.2.3).
    private var scanParameters: [UInt8] {
        var bytes = [UInt8(components.count)]
        for component in components {
            bytes += [component.identifier, UInt8(component.table << 4 | component.table)]
        }
        return bytes + [0, 63, 0]
    }
}

extension [UInt8] {
    /// The most bytes after the length of a marker segment, whose 16 bits count themselves (T.81, B.1.1.4).
    private static var maximumSegment: Int { 65533 }

    fileprivate mutating func append(bigEndian value: Int) {
        append(UInt8(truncatingIfNeeded: value >> 8))
        append(UInt8(truncatingIfNeeded: value))
    }

    fileprivate mutating func append(marker: UInt8, _ content: [UInt8]) {
        precondition(content.count <= Self.maximumSegment, "a marker segment is too long")
        append(contentsOf: [0xFF, marker])
        append(bigEndian: content.count + 2)
        append(contentsOf: content)
    }

    /// Appends a profile in as few segments as possible (ICC.1, annex B.4).
    fileprivate mutating func append(profile: [UInt8]) {
        let label = Array("ICC_PROFILE".utf8) + [0]
        let longest = Self.maximumSegment - label.count - 2
        let segments = (profile.count + longest - 1) / longest
        precondition(segments <= 255, "a colour profile is too long")
        for segment in 0..<segments {
            let data = profile[segment * longest..<Swift.min((segment + 1) * longest, profile.count)]
            append(marker: 0xE2, label + [UInt8(segment + 1), UInt8(segments)] + data)
        }
    }
}
