// SPDX-License-Identifier: Apache-2.0

extension FrameLayout {
    /// Everything in front of the entropy-coded data, in libjpeg's order: SOI, APP0 or APP14, what Pillow inserts
    /// (profile, then comment), DQT, SOF0, DHT, SOS.
    func header(width: Int, height: Int, attachments: GridAttachments) -> [UInt8] {
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
            let huffman = HuffmanTables.standard[table]
            bytes.append(marker: 0xC4, [UInt8(table)] + huffman.dc.counts + huffman.dc.symbols)
            bytes.append(marker: 0xC4, [UInt8(0x10 | table)] + huffman.ac.counts + huffman.ac.symbols)
        }
        bytes.append(marker: 0xDA, scanParameters)
        return bytes
    }

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

    private var scanParameters: [UInt8] {
        var bytes = [UInt8(components.count)]
        for component in components {
            bytes += [component.identifier, UInt8(component.table << 4 | component.table)]
        }
        return bytes + [0, 63, 0]
    }
}

extension [UInt8] {
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

    /// ICC.1, annex B.4: as many segments as needed, each but the last as long as can be.
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
