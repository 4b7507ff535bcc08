// SPDX-License-Identifier: Apache-2.0

import PNG
import Pixels
import Scripted
import Testing

/// `PNGHeader` is compared with files that are made chunk by chunk.
@Suite struct PNGHeaderTests {
    @Test func `a header has the sides, the format and the ranges of the chunks`() throws {
        let file = ChunkFile().header(width: 31, height: 17, depth: 8, type: 3, methods: [0, 0, 1])
            .chunk("gAMA", [0, 1, 2, 3]).chunk("cHRM", [UInt8](repeating: 4, count: 32)).chunk("sRGB", [1])
            .chunk("cICP", [9, 16, 0, 1]).chunk("iCCP", [65, 0, 0, 7, 8])
            .chunk("acTL", [0, 0, 0, 7, 0, 0, 0, 0]).chunk("PLTE", [1, 2, 3, 4, 5, 6]).chunk("tRNS", [5])
            .data()
        let header = try file.parse()
        #expect(header.width == 31 && header.height == 17 && header.depth == 8)
        #expect(header.colorType == .palette && header.isInterlaced && header.hasAlpha)
        #expect(header.frames == 7 && header.dataBytes == 500)
        func content(_ range: Range<Int>?) -> [UInt8]? { range.map { Array(file.bytes[$0]) } }
        #expect(content(header.gAMA) == [0, 1, 2, 3] && content(header.sRGB) == [1])
        #expect(content(header.cHRM)?.count == 32 && content(header.cICP) == [9, 16, 0, 1])
        #expect(content(header.iCCP) == [65, 0, 0, 7, 8] && content(header.transparency) == [5])
        #expect(header.colors(in: file.bytes.span) == [1, 2, 3, 4, 5, 6])
        #expect(header.colorLayout == .rgba && header.storedLayout == .index && header.isPointSampled)
        #expect(file.bytes[header.dataOffset + 4] == 0x49)
    }

    @Test func `the orientation is that of the eXIf chunk before or behind the pixels`() throws {
        for value in 1...8 {
            let tiff: [UInt8] = [
                0x4D, 0x4D, 0, 42, 0, 0, 0, 8, 0, 1, 1, 0x12, 0, 3, 0, 0, 0, 1, 0, UInt8(value), 0, 0, 0, 0,
                0, 0,
            ]
            let pixels = [UInt8](repeating: 0x55, count: 500)
            for file in [
                ChunkFile().header().chunk("eXIf", tiff).data(),
                ChunkFile().header().chunk("IDAT", pixels).chunk("eXIf", tiff).chunk("IEND", []),
            ] {
                #expect(try file.parse().orientation(in: file.bytes.span).rawValue == value)
            }
        }
    }

    @Test func `a file that contradicts the standard or itself is refused with its kind`() {
        let start = ChunkFile()
        let cases: [(ChunkFile, PNGError.Kind)] = [
            (ChunkFile(bytes: []), .notPNG), (ChunkFile(bytes: Array(start.bytes.dropLast())), .notPNG),
            (start, .truncated), (start.chunk("gAMA", [0, 0, 0, 1]).header().data(), .corrupt),
            (start.header(), .truncated), (start.header().chunk("IEND", []), .corrupt),
            (start.header(damage: 1).data(), .corrupt), (start.header(width: 0).data(), .corrupt),
            (start.header(depth: 4).data(), .corrupt), (start.header(type: 1).data(), .corrupt),
            (start.header(depth: 16, type: 3).data(), .corrupt),
            (start.header(methods: [1, 0, 0]).data(), .unsupported),
            (start.header(methods: [0, 64, 0]).data(), .unsupported),
            (start.header(methods: [0, 0, 2]).data(), .unsupported),
            (start.header(width: 65_501, height: 1).data(), .sideTooLong),
            (start.header(width: 0x7FFF_FFFF, height: 0x7FFF_FFFF).data(), .sideTooLong),
            (start.header(width: 1001, height: 1000).data(90_000), .tooManyPixels),
            (start.header(width: 1000, height: 1000).data(2000), .truncated),
            (start.header().header().data(), .corrupt), (start.header(type: 3).data(), .corrupt),
            (start.header(type: 0).chunk("PLTE", [1, 2, 3]).data(), .corrupt),
            (start.header(type: 3).chunk("PLTE", [1, 2]).data(), .corrupt),
            (start.header(type: 3).chunk("PLTE", []).data(), .corrupt),
            (start.header(type: 3).chunk("PLTE", [1, 2, 3], damage: 7).data(), .corrupt),
            (start.header(type: 3).chunk("PLTE", [UInt8](repeating: 0, count: 771)).data(), .corrupt),
            (start.header().chunk("CgBI", [0, 0, 0, 0]).data(), .unsupported),
            (start.header().chunk("IDAT", [1]).chunk("tEXt", []).data(), .corrupt),
        ]
        for (file, kind) in cases { #expect(file.refusal == kind, "\(file.bytes.prefix(40))") }
        #expect(start.header().data().refusal == nil)
    }

    @Test func `chunks beyond the limits are refused, and so are lengths beyond the format`() {
        var file = ChunkFile().header()
        for _ in 0..<60 { file = file.chunk("tEXt", [65]) }
        #expect(file.data().refusal == .tooManyChunks)
        var many = ChunkFile().header().bytes
        let empty = ChunkFile(bytes: []).chunk("IDAT", []).bytes
        for _ in 0..<5100 { many += empty }
        #expect(ChunkFile(bytes: many).data().refusal == .tooManyChunks)
        let long = ChunkFile(bytes: ChunkFile().header().bytes + [0x80, 0, 0, 0] + Array("tEXt".utf8))
        #expect(long.refusal == .corrupt)
    }

    @Test func `chunks with wrong lengths, behind the palette or given twice have no effect`() throws {
        let file = ChunkFile().header(type: 3).chunk("gAMA", [1, 2, 3]).chunk("sRGB", [1]).chunk("sRGB", [2])
            .chunk("PLTE", [1, 2, 3]).chunk("cICP", [1, 2, 3, 4]).chunk("tRNS", [1, 2]).data()
        let header = try file.parse()
        #expect(header.gAMA == nil && header.cICP == nil && header.transparency == nil)
        #expect(header.sRGB.map { file.bytes[$0.lowerBound] } == 1)
    }

    @Test func `the number of raw bytes of an interlaced picture is that of its passes`() throws {
        for (width, height, expected) in [(1, 1, 4), (2, 1, 8), (8, 8, 64 * 3 + 15), (3, 5, 15 * 3 + 10)] {
            let file = ChunkFile().header(width: width, height: height, methods: [0, 0, 1]).data()
            let raw = try file.parse().rawBytes
            // Each pass has a filter byte for each of its rows.
            #expect(raw == expected, "\(width) x \(height)")
        }
    }

    @Test func `a file cut anywhere and a file of random bytes are refused or parsed within their length`() {
        let file = ChunkFile().header(type: 3).chunk("iCCP", [UInt8](repeating: 7, count: 40))
            .chunk("PLTE", [1, 2, 3]).chunk("tRNS", [1]).data().bytes
        var random = SplitMix(seed: 1)
        var limits = ChunkFile.limits
        for round in 0..<3000 {
            limits.acceptsTruncated = round % 2 == 0
            var bytes = Array(file.prefix(Int.random(in: 0...file.count, using: &random)))
            for _ in 0..<Int.random(in: 0...3, using: &random) where !bytes.isEmpty {
                let place = Int.random(in: 0..<bytes.count, using: &random)
                bytes[place] = UInt8.random(in: 0...255, using: &random)
            }
            guard let header = try? PNGHeader(of: bytes.span, limits: limits) else { continue }
            let ranges = [header.iCCP, header.palette, header.transparency, header.exif].compactMap { $0 }
            #expect(ranges.allSatisfy { $0.upperBound <= bytes.count } && header.dataBytes <= bytes.count)
        }
    }
}
