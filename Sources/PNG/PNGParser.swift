// SPDX-License-Identifier: Apache-2.0

/// The parser of the chunks of a PNG file (PNG, third edition, 5). It compares every length with the length of the
/// file, and checks the checksums of the small critical chunks. libpng checks those of the pixels.
struct PNGParser {
    private static let signature: [UInt8] = [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A, 0x1A, 0x0A]
    /// The largest length of a profile chunk in bytes. A longer one is ignored.
    private static let longestProfile = 4 << 20
    /// The largest length of an Exif chunk in bytes. A longer one is ignored.
    private static let longestExif = 1 << 20
    /// The number of IDAT chunks for each other chunk that is allowed.
    private static let dataChunks = 100

    private let limits: PNGLimits
    private var at = 8
    private var others = 0
    private var data = 0
    /// True behind the IDAT chunks, when another chunk has followed them.
    private var isBehindData = false

    /// A chunk: its type, as the four bytes in the file, and the range of its data.
    private struct Chunk {
        var type: UInt32
        var data: Range<Int>

        /// True when a decoder must know the chunk: bit 5 of the first byte is 0 (PNG, 5.4).
        var isCritical: Bool { type >> 29 & 1 == 0 }

        /// The type as four letters, or its bytes as numbers.
        var name: String {
            let bytes = (0..<4).map { UInt8(truncatingIfNeeded: type >> UInt32(24 - 8 * $0)) }
            let isText = bytes.allSatisfy { (0x41...0x5A).contains($0) || (0x61...0x7A).contains($0) }
            return isText
                ? String(decoding: bytes, as: UTF8.self) : bytes.map { "\($0)" }.joined(separator: " ")
        }
    }

    /// Returns the header of a file.
    static func parse(_ bytes: Span<UInt8>, limits: PNGLimits) throws(PNGError) -> PNGHeader {
        var parser = PNGParser(limits: limits)
        return try parser.run(bytes)
    }

    private init(limits: PNGLimits) { self.limits = limits }

    private mutating func run(_ bytes: Span<UInt8>) throws(PNGError) -> PNGHeader {
        guard bytes.count >= 8, Self.signature.indices.allSatisfy({ bytes[$0] == Self.signature[$0] }) else {
            throw PNGError(.notPNG, "the file does not begin with 89 50 4E 47 0D 0A 1A 0A")
        }
        guard let first = try nextChunk(bytes), first.type == code("IHDR") else {
            throw PNGError(
                bytes.count < 33 ? .truncated : .corrupt, "the file does not begin with an IHDR chunk")
        }
        var header = try readHeader(first, bytes)
        while let chunk = try nextChunk(bytes) {
            if chunk.type == code("IEND") { return try finish(header) }
            try read(chunk, bytes, &header)
        }
        header.isTruncated = true
        return try finish(header)
    }

    private func finish(_ header: PNGHeader) throws(PNGError) -> PNGHeader {
        guard header.colorType != .palette || header.palette != nil else {
            throw PNGError(
                header.isTruncated ? .truncated : .corrupt, "a palette picture without a PLTE chunk")
        }
        guard data > 0 else {
            throw PNGError(header.isTruncated ? .truncated : .corrupt, "a file without an IDAT chunk")
        }
        return header
    }

    /// Returns the next chunk, and moves `at` to its end. Returns nil if the file ends. The data of a chunk that is cut
    /// off end with the file.
    private mutating func nextChunk(_ bytes: Span<UInt8>) throws(PNGError) -> Chunk? {
        guard at + 8 <= bytes.count else { return nil }
        let length = Int(number(at, bytes))
        let type = number(at + 4, bytes)
        guard length <= 0x7FFF_FFFF else {
            throw PNGError(.corrupt, "a chunk of \(length) bytes at byte \(at); 2147483647 are allowed")
        }
        let start = at + 8
        let chunk = Chunk(type: type, data: start..<min(start + length, bytes.count))
        if type == code("IDAT") {
            data += 1
            guard data <= Self.dataChunks * limits.chunks else {
                throw PNGError(
                    .tooManyChunks, "more than \(Self.dataChunks * limits.chunks) IDAT chunks are not read")
            }
        } else {
            others += 1
            guard others <= limits.chunks else {
                throw PNGError(.tooManyChunks, "more than \(limits.chunks) chunks besides IDAT are not read")
            }
        }
        guard start + length + 4 <= bytes.count else {
            at = bytes.count
            // The part of the pixels that is there counts.
            return type == code("IDAT") ? chunk : nil
        }
        at = start + length + 4
        return chunk
    }

    // MARK: The content of chunks

    private func readHeader(_ chunk: Chunk, _ bytes: Span<UInt8>) throws(PNGError) -> PNGHeader {
        let start = chunk.data.lowerBound
        guard chunk.data.count == 13 else {
            throw PNGError(.corrupt, "an IHDR chunk of \(chunk.data.count) bytes, 13 are needed")
        }
        try checkSum(chunk, bytes)
        let (width, height) = (Int(number(start, bytes)), Int(number(start + 4, bytes)))
        let depth = Int(bytes[start + 8])
        guard let colorType = PNGHeader.ColorType(rawValue: bytes[start + 9]),
            colorType.depths.contains(depth)
        else {
            throw PNGError(.corrupt, "colour type \(bytes[start + 9]) with \(depth) bits does not exist")
        }
        guard width >= 1, height >= 1 else {
            throw PNGError(.corrupt, "\(width) x \(height) pixels are no picture")
        }
        guard bytes[start + 10] == 0, bytes[start + 11] == 0, bytes[start + 12] <= 1 else {
            throw PNGError(
                .unsupported,
                "compression, filter or interlace method \(bytes[start + 10]), \(bytes[start + 11]), "
                    + "\(bytes[start + 12]) is not known")
        }
        guard width <= PNGHeader.longestSide, height <= PNGHeader.longestSide else {
            throw PNGError(
                .sideTooLong, "\(width) x \(height): a side may have \(PNGHeader.longestSide) pixels")
        }
        guard width * height <= limits.pixels else {
            throw PNGError(
                .tooManyPixels,
                "\(width) x \(height) = \(width * height) pixels, \(limits.pixels) are allowed")
        }
        let header = PNGHeader(
            width: width, height: height, depth: depth, colorType: colorType,
            isInterlaced: bytes[start + 12] == 1, fileBytes: bytes.count)
        // The time of decoding is that of decompressing: a pixel of 16 bits a sample takes twice that of 8 bits.
        guard header.rowBytes * height <= 4 * limits.pixels else {
            throw PNGError(
                .tooManyPixels,
                "\(header.rowBytes * height) bytes of samples, 4 for each of \(limits.pixels) pixels are allowed"
            )
        }
        return header
    }

    private mutating func read(
        _ chunk: Chunk, _ bytes: Span<UInt8>, _ header: inout PNGHeader
    ) throws(PNGError) {
        let range = chunk.data
        if chunk.type == code("IDAT") {
            guard !isBehindData else {
                throw PNGError(.corrupt, "the IDAT chunks are interrupted before byte \(range.lowerBound)")
            }
            if header.dataBytes == 0, data == 1 { header.dataOffset = range.lowerBound - 8 }
            header.dataBytes += range.count
            return
        }
        let isBeforeData = data == 0
        isBehindData = !isBeforeData
        // Chunks about colours belong before the palette and the pixels, and the first of a type counts (PNG, 5.6).
        let isColour = isBeforeData && header.palette == nil
        switch chunk.type {
        case code("PLTE"):
            try readPalette(chunk, bytes, &header)
        case code("IHDR"):
            throw PNGError(.corrupt, "a second IHDR chunk at byte \(range.lowerBound - 8)")
        case code("tRNS") where isBeforeData && header.transparency == nil:
            if hasTransparencyLength(range.count, header) { header.transparency = range }
        case code("iCCP") where isColour && header.iCCP == nil && range.count <= Self.longestProfile:
            header.iCCP = range
        case code("gAMA") where isColour && header.gAMA == nil && range.count == 4:
            header.gAMA = range
        case code("cHRM") where isColour && header.cHRM == nil && range.count == 32:
            header.cHRM = range
        case code("sRGB") where isColour && header.sRGB == nil && range.count == 1:
            header.sRGB = range
        case code("cICP") where isColour && header.cICP == nil && range.count == 4:
            header.cICP = range
        // Many programs write it behind the pixels.
        case code("eXIf") where header.exif == nil && range.count <= Self.longestExif:
            header.exif = range
        case code("acTL") where isBeforeData && range.count == 8:
            header.frames = max(1, Int(number(range.lowerBound, bytes)))
        default:
            guard !chunk.isCritical else {
                throw PNGError(.unsupported, "the critical chunk \(chunk.name) is not known")
            }
        }
    }

    private func readPalette(_ chunk: Chunk, _ bytes: Span<UInt8>, _ header: inout PNGHeader) throws(PNGError)
    {
        let count = chunk.data.count
        guard header.palette == nil, data == 0 else {
            throw PNGError(.corrupt, "a second or late PLTE chunk at byte \(chunk.data.lowerBound - 8)")
        }
        guard header.colorType != .gray, header.colorType != .grayAlpha else {
            throw PNGError(.corrupt, "a PLTE chunk in a gray picture")
        }
        guard count > 0, count % 3 == 0, count <= 768 else {
            throw PNGError(
                .corrupt, "a PLTE chunk of \(count) bytes, 3 for each of 1...256 colours are allowed")
        }
        try checkSum(chunk, bytes)
        header.palette = chunk.data
    }

    /// Returns true when a tRNS chunk of the picture may have this length.
    private func hasTransparencyLength(_ count: Int, _ header: PNGHeader) -> Bool {
        switch header.colorType {
        case .gray: count == 2
        case .rgb: count == 6
        case .palette: (header.palette.map { 1...$0.count / 3 })?.contains(count) ?? false
        case .grayAlpha, .rgba: false
        }
    }

    /// Throws an error if the checksum behind a chunk is wrong: the CRC-32 of its type and its data (PNG, 5.3).
    private func checkSum(_ chunk: Chunk, _ bytes: Span<UInt8>) throws(PNGError) {
        var sum: UInt32 = 0xFFFF_FFFF
        for index in chunk.data.lowerBound - 4..<chunk.data.upperBound {
            sum ^= UInt32(bytes[index])
            for _ in 0..<8 { sum = sum & 1 == 1 ? sum >> 1 ^ 0xEDB8_8320 : sum >> 1 }
        }
        guard ~sum == number(chunk.data.upperBound, bytes) else {
            throw PNGError(.corrupt, "the checksum of the \(chunk.name) chunk is wrong")
        }
    }

    private func code(_ name: String) -> UInt32 { name.utf8.reduce(0) { $0 << 8 | UInt32($1) } }

    private func number(_ at: Int, _ bytes: Span<UInt8>) -> UInt32 {
        (0..<4).reduce(0) { $0 << 8 | UInt32(bytes[at + $1]) }
    }
}
