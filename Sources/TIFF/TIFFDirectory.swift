// SPDX-License-Identifier: Apache-2.0

/// The entries of the first directory of a file (TIFF 6.0, section 2; BigTIFF).
struct TIFFDirectory {
    /// The largest length of a profile in bytes. A longer one is ignored.
    private static let longestProfile = 4 << 20
    /// The largest number of samples of a pixel.
    private static let mostSamples = 8

    let isBigEndian: Bool
    private var fields: [TIFFTag: TIFFField] = [:]
    /// The tags of the entries whose values are not within the file.
    private var outside: Set<TIFFTag> = []

    subscript(tag: TIFFTag) -> TIFFField? { fields[tag] }

    /// Reads the entries. The first one with a tag counts.
    ///
    /// - Parameters:
    ///   - bytes: The whole file.
    ///   - entries: The largest number of entries.
    /// - Throws: `TIFFError`.
    init(of bytes: Span<UInt8>, entries limit: Int) throws(TIFFError) {
        guard bytes.count >= 4, bytes[0] == bytes[1], bytes[0] == 0x49 || bytes[0] == 0x4D else {
            throw TIFFError(.notTIFF, "the file does not begin with II or MM")
        }
        isBigEndian = bytes[0] == 0x4D
        // Pillow reads files with the two bytes of the number 42 in the other order, too.
        let isBig: Bool
        switch (bytes[2], bytes[3]) {
        case (42, 0), (0, 42): isBig = false
        case (43, 0) where !isBigEndian, (0, 43) where isBigEndian: isBig = true
        default: throw TIFFError(.notTIFF, "the file does not have the number 42 or 43 behind II or MM")
        }
        guard let start = number(isBig ? 8 : 4, isBig ? 8 : 4, bytes),
            let count = number(start, isBig ? 8 : 2, bytes)
        else { throw TIFFError(.truncated, "the file ends before its directory") }
        guard count <= limit else {
            throw TIFFError(.tooManyEntries, "\(count) entries of the directory, \(limit) are allowed")
        }
        let (first, size) = (start + (isBig ? 8 : 2), isBig ? 20 : 12)
        guard count * size <= bytes.count - first else {
            throw TIFFError(.truncated, "the file ends within its directory")
        }
        for index in 0..<count { readEntry(first + index * size, isBig, bytes) }
        // A picture without its profile and its orientation is still the picture.
        if let tag = outside.subtracting([.iccProfile, .orientation]).map(\.rawValue).min() {
            throw TIFFError(.truncated, "the values of the tag \(tag) are not within the file")
        }
    }

    private mutating func readEntry(_ at: Int, _ isBig: Bool, _ bytes: Span<UInt8>) {
        guard let tag = number(at, 2, bytes).flatMap({ TIFFTag(rawValue: $0) }), fields[tag] == nil,
            let type = number(at + 2, 2, bytes), let size = TIFFField.bytes(ofType: type)
        else { return }
        // Values of more than 4 or 8 bytes in all are elsewhere, at the offset in the entry.
        let (length, inside) = isBig ? (8, at + 12) : (4, at + 8)
        let count = number(at + 4, length, bytes)
        let place = count.map { $0 <= length / size ? inside : number(inside, length, bytes) ?? -1 } ?? -1
        fields[tag] = TIFFField(
            type: type, count: count ?? 0, at: place, fileBytes: bytes.count, isBigEndian: isBigEndian)
        if fields[tag] == nil { outside.insert(tag) }
    }

    /// Returns an unsigned integer of the file; nil if it is not within the file, or if it is 2^48 or larger.
    private func number(_ at: Int, _ size: Int, _ bytes: Span<UInt8>) -> Int? {
        guard at >= 0, at + size <= bytes.count else { return nil }
        var number: UInt64 = 0
        for byte in 0..<size {
            number = number << 8 | UInt64(bytes[at + (isBigEndian ? byte : size - 1 - byte)])
        }
        return number < 1 << 48 ? Int(number) : nil
    }

    /// Returns the first value of a tag; nil without a valid one.
    func value(_ tag: TIFFTag, _ bytes: Span<UInt8>) -> Int? { fields[tag]?.value(0, bytes) }

    /// Returns the values of a tag, of which there may be `most`.
    private func values(_ tag: TIFFTag, _ bytes: Span<UInt8>, most: Int) -> [Int] {
        guard let field = fields[tag] else { return [] }
        return (0..<min(field.count, most)).compactMap { field.value($0, bytes) }
    }

    /// Returns the width and the height in pixels.
    func size(_ bytes: Span<UInt8>, _ limits: TIFFLimits) throws(TIFFError) -> (width: Int, height: Int) {
        let width = value(.imageWidth, bytes) ?? 0
        let height = value(.imageLength, bytes) ?? 0
        guard width > 0, height > 0 else {
            throw TIFFError(.corrupt, "a picture without a width or a height")
        }
        let longest = TIFFHeader.longestSide
        guard width <= longest, height <= longest else {
            throw TIFFError(.sideTooLong, "\(width) x \(height) pixels, a side may have \(longest)")
        }
        guard width * height <= limits.pixels else {
            throw TIFFError(.tooManyPixels, "\(width) x \(height) pixels, \(limits.pixels) are allowed")
        }
        return (width, height)
    }

    func samples(_ bytes: Span<UInt8>) throws(TIFFError) -> TIFFSamples {
        let count = value(.samplesPerPixel, bytes) ?? 1
        guard (1...Self.mostSamples).contains(count) else {
            throw TIFFError(.unsupported, "\(count) samples a pixel, \(Self.mostSamples) are supported")
        }
        var bits = values(.bitsPerSample, bytes, most: count)
        // One value is that of all samples.
        if bits.count <= 1 { bits = [Int](repeating: bits.first ?? 1, count: count) }
        guard bits.count == count else {
            throw TIFFError(.corrupt, "the bits of \(bits.count) samples, a pixel has \(count)")
        }
        return try TIFFSamples(
            photometric: value(.photometricInterpretation, bytes) ?? 0, bits: bits,
            formats: values(.sampleFormat, bytes, most: count),
            extra: values(.extraSamples, bytes, most: count))
    }

    func compression(_ bytes: Span<UInt8>) throws(TIFFError) -> TIFFCompression {
        let number = value(.compression, bytes) ?? 1
        guard let compression = TIFFCompression(rawValue: number) else {
            throw TIFFError(.unsupported, "the compression \(TIFFCompression.name(number)) is not supported")
        }
        if compression.hasPredictor, let predictor = value(.predictor, bytes), predictor > 1 {
            guard predictor == 2, let bits = value(.bitsPerSample, bytes), bits == 8 || bits == 16 else {
                throw TIFFError(.unsupported, "the predictor \(predictor) is not supported for these samples")
            }
        }
        return compression
    }

    func segments(
        _ bytes: Span<UInt8>, width: Int, height: Int, _ samples: TIFFSamples
    ) throws(TIFFError) -> TIFFSegments {
        let isTiled = fields[.tileWidth] != nil || fields[.tileLength] != nil
        let planes = value(.planarConfiguration, bytes) == 2 ? samples.count : 1
        let tag: TIFFTag = isTiled ? .tileOffsets : .stripOffsets
        guard let offsets = fields[tag] else {
            throw TIFFError(.corrupt, "the offsets of the \(isTiled ? "tiles" : "strips") are missing")
        }
        let countsTag: TIFFTag = isTiled ? .tileByteCounts : .stripByteCounts
        let (partWidth, partHeight) =
            isTiled
            ? try tileSize(bytes) : (width, min(value(.rowsPerStrip, bytes) ?? height, height))
        guard partHeight > 0 else { throw TIFFError(.corrupt, "strips of no rows") }
        let across = (width + partWidth - 1) / partWidth
        let down = (height + partHeight - 1) / partHeight
        let bits = samples.bits * (planes > 1 ? 1 : samples.count)
        let segments = TIFFSegments(
            isTiled: isTiled, width: partWidth, height: partHeight, across: across, perPlane: across * down,
            planes: planes, rowBytes: (partWidth * bits + 7) / 8, offsets: offsets, counts: fields[countsTag])
        guard offsets.count >= segments.count, segments.counts.map({ $0.count >= segments.count }) ?? true
        else {
            throw TIFFError(
                .corrupt, "\(offsets.count) strips or tiles, the picture has \(segments.count)")
        }
        return segments
    }

    private func tileSize(_ bytes: Span<UInt8>) throws(TIFFError) -> (Int, Int) {
        guard let width = value(.tileWidth, bytes), let height = value(.tileLength, bytes),
            (1...1 << 20).contains(width), (1...1 << 20).contains(height)
        else { throw TIFFError(.corrupt, "tiles without a width or a height, or with one above 1048576") }
        // TIFF 6.0, section 15.
        guard width % 16 == 0, height % 16 == 0 else {
            throw TIFFError(.corrupt, "tiles of \(width) x \(height) pixels, not of multiples of 16")
        }
        return (width, height)
    }

    /// The byte range of the ICC profile; nil if there is none, or one that is too long.
    var profile: Range<Int>? {
        guard let field = fields[.iccProfile], field.type == 1 || field.type == 7,
            (1...Self.longestProfile).contains(field.range.count)
        else { return nil }
        return field.range
    }

    /// The fields of `TIFFHeader.codingFields`. Fields of other types than the standard says are left out.
    var codingFields: [Int: TIFFField] {
        let types: [TIFFTag: (types: [Int], count: ClosedRange<Int>)] = [
            .t4Options: ([4], 1...1), .t6Options: ([4], 1...1), .predictor: ([3], 1...1),
            .jpegTables: ([1, 7], 1...1 << 20), .yCbCrCoefficients: ([5], 3...3),
            .yCbCrSubSampling: ([3], 2...2), .yCbCrPositioning: ([3], 1...1),
            .referenceBlackWhite: ([5], 6...6),
        ]
        var found: [Int: TIFFField] = [:]
        for (tag, allowed) in types {
            guard let field = fields[tag], allowed.types.contains(field.type),
                allowed.count.contains(field.count)
            else { continue }
            found[tag.rawValue] = field
        }
        return found
    }
}
