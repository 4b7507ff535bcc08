// SPDX-License-Identifier: Apache-2.0

import Support

/// The marker segments of an output: APP0 (JFIF) or APP14 (Adobe), APP2 (ICC profile), COM, DQT, SOF0, DHT and SOS.
extension FrameLayout {
    /// The marker segments before the attachments: SOI, and APP0 or APP14. Together with the attachments and `tables`
    /// they are all bytes of a file before the entropy-coded data, in libjpeg's order (ITU-T T.81, B.2).
    var start: [UInt8] {
        var bytes: [UInt8] = [0xFF, 0xD8]
        if isAdobe {
            // Adobe's segment: version 100, no flags, transform 0, which means CMYK and not YCCK.
            bytes.append(marker: 0xEE, Array("Adobe".utf8) + [0, 100, 0, 0, 0, 0, 0])
        } else {
            // The JFIF segment (JFIF 1.02): version 1.01, density without unit, 1 x 1, which is the aspect ratio of a
            // pixel, and no thumbnail.
            bytes.append(marker: 0xE0, Array("JFIF".utf8) + [0, 1, 1, 0, 0, 1, 0, 1, 0, 0])
        }
        return bytes
    }

    /// Returns the marker segments after the attachments: DQT, SOF0, DHT, SOS.
    ///
    /// - Parameters:
    ///   - width: The width of the picture in pixels.
    ///   - height: The height of the picture in pixels.
    func tables(width: Int, height: Int) -> [UInt8] {
        var bytes: [UInt8] = []
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

    /// Returns the parameters of the frame header (T.81, B.2.2): 8 bits a sample, height, width, and the components.
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

    /// The parameters of the scan header (T.81, B.2.3). The only scan has all components and all coefficients, 0...63.
    private var scanParameters: [UInt8] {
        var bytes = [UInt8(components.count)]
        for component in components {
            bytes += [component.identifier, UInt8(component.table << 4 | component.table)]
        }
        return bytes + [0, 63, 0]
    }
}

extension [UInt8] {
    /// The largest length in bytes of the parameters of a marker segment: its 16-bit length includes the 2 bytes of the
    /// length itself (T.81, B.1.1.4).
    private static var maximumSegment: Int { 65533 }

    /// Appends the lowest 16 bits of `value`, the higher byte first.
    fileprivate mutating func append(bigEndian value: Int) {
        append(UInt8(truncatingIfNeeded: value >> 8))
        append(UInt8(truncatingIfNeeded: value))
    }

    /// Appends a marker segment: 0xFF, the second byte of its marker, its length, and its parameters.
    fileprivate mutating func append(marker: UInt8, _ content: [UInt8]) {
        precondition(content.count <= Self.maximumSegment, "a marker segment is too long")
        append(contentsOf: [0xFF, marker])
        append(bigEndian: content.count + 2)
        append(contentsOf: content)
    }

    /// Appends the attachments where Pillow writes them: the profile in as few APP2 segments as possible (ICC.1, annex
    /// B.4), then the comment in a COM segment. Nil and empty values have no segment.
    mutating func append(_ attachments: GridWriter.Attachments) {
        let profile = attachments.iccProfile ?? []
        let label = Array("ICC_PROFILE".utf8) + [0]
        let longest = Self.maximumSegment - label.count - 2
        let segments = ceilingDivision(profile.count, longest)
        precondition(segments <= 255, "a colour profile is too long")
        for segment in 0..<segments {
            let data = profile[segment * longest..<Swift.min((segment + 1) * longest, profile.count)]
            append(marker: 0xE2, label + [UInt8(segment + 1), UInt8(segments)] + data)
        }
        if let comment = attachments.comment, !comment.isEmpty { append(marker: 0xFE, comment) }
    }
}
