// SPDX-License-Identifier: Apache-2.0

import Pixels
import TIFF
import Testing

/// The directory of a file, its limits, and files that contradict the standard.
@Suite struct TIFFHeaderTests {
    @Test(arguments: [false, true], [false, true])
    func `the same directory is read in both byte orders and in BigTIFF`(isBigEndian: Bool, isBig: Bool)
        throws
    {
        var file = TIFFFile(width: 300, height: 7).with(274, 3, 6).with(
            34675, 7, [1, 2, 3, 4, 5, 6, 7, 8, 9])
        (file.isBigEndian, file.isBig) = (isBigEndian, isBig)
        if isBig { file = file.with(273, 16, 16).with(279, 16, 2100) }
        let header = try file.parse()
        #expect((header.width, header.height, header.isBigEndian) == (300, 7, isBigEndian))
        #expect(header.orientation == .rotateRight && header.samples.color == .gray)
        #expect(header.profile.map { Array(file.bytes[$0]) } == [1, 2, 3, 4, 5, 6, 7, 8, 9])
        #expect(header.segments.range(0, file.bytes.span) == (isBig ? 16..<2116 : 8..<2108))
    }

    @Test func `an applied orientation turns the sides and costs the memory of the picture`() throws {
        let file = TIFFFile(width: 300, height: 200).with(274, 3, 8)
        var limits = TIFFFile.limits
        let stored = try file.parse(limits)
        limits.appliesOrientation = true
        let turned = try file.parse(limits)
        #expect((turned.width, turned.height, turned.orientation) == (200, 300, .upright))
        #expect(turned.workingSetBytes >= stored.workingSetBytes + 60_000)
    }

    @Test func `pictures beyond the limits are refused`() {
        #expect(TIFFFile().with(256, 4, 70_000).refusal() == .sideTooLong)
        #expect(TIFFFile().with(256, 4, 65_500).with(257, 4, 65_500).refusal() == .tooManyPixels)
        #expect(TIFFFile().with(256, 4, 0).refusal() == .corrupt)
        #expect(TIFFFile().without(257).refusal() == .corrupt)
        var limits = TIFFFile.limits
        limits.pixels = 48
        #expect(TIFFFile().refusal(limits) == nil)
        limits.pixels = 47
        #expect(TIFFFile().refusal(limits) == .tooManyPixels)
    }

    @Test func `a directory with more entries than allowed is refused before it is read`() {
        var file = TIFFFile()
        file.statedCount = 101
        #expect(file.refusal() == .tooManyEntries)
        file.statedCount = 100
        #expect(file.refusal() == .truncated)
        file.isBig = true
        file.statedCount = 1_000_000
        #expect(file.refusal() == .tooManyEntries)
        file.statedCount = .max
        #expect(file.refusal() == .truncated)
    }

    @Test func `a directory that is the next directory of itself is read once`() throws {
        var bytes = TIFFFile().bytes
        let directory = 8 + 48
        bytes.replaceSubrange((directory + 2 + 9 * 12)..., with: [UInt8(directory), 0, 0, 0])
        #expect(try TIFFHeader(of: bytes.span, limits: TIFFFile.limits).width == 8)
    }

    @Test func `kinds of samples and compressions that are not decoded are refused by name`() {
        let refused: [(TIFFFile, String)] = [
            (TIFFFile().with(259, 3, 6), "obsolete, is not"),
            (TIFFFile().with(259, 3, 34925), "LZMA, whose memory the file chooses, is not"),
            (TIFFFile().with(259, 3, 50001), "WebP"), (TIFFFile().with(259, 3, 777), "number 777"),
            (TIFFFile().with(262, 3, 8), "L*a*b*"), (TIFFFile().with(262, 3, 77), "number 77"),
            (TIFFFile().with(258, 3, 32), "32 bits"),
            (TIFFFile().with(258, 3, 32).with(339, 3, 3), "floating"),
            (TIFFFile().with(258, 3, 16).with(339, 3, 2), "signed"), (TIFFFile().with(258, 3, 3), "3 bits"),
            (TIFFFile().with(259, 3, 4), "8 bits"), (TIFFFile().with(277, 3, 9), "9 samples"),
            (TIFFFile().with(262, 3, 2).with(277, 3, 3).with(258, 3, 8, 8, 16), "8, 8, 16"),
            (TIFFFile().with(259, 3, 8).with(317, 3, 3), "predictor 3"),
        ]
        for (file, words) in refused {
            let error = #expect(throws: TIFFError.self) { try file.parse() }
            #expect(
                error?.kind == .unsupported && error?.detail.contains(words) == true,
                "\(words): \(error as Any)")
        }
    }

    @Test func `strips and tiles that are missing, empty or outside the file are refused`() {
        let deflated = TIFFFile().with(259, 3, 8)
        #expect(deflated.refusal() == nil)
        #expect(deflated.with(279, 4, 1 << 20).refusal() == .truncated)
        #expect(deflated.with(273, 4, 1 << 30).refusal() == .truncated)
        #expect(deflated.with(279, 4, 0).refusal() == .corrupt)
        #expect(deflated.without(273).refusal() == .corrupt)
        #expect(deflated.without(279).refusal() == nil)
        #expect(deflated.with(278, 3, 2).refusal() == .corrupt)
        #expect(deflated.with(278, 3, 0).refusal() == .corrupt)
        #expect(deflated.with(322, 3, 16).with(323, 3, 16).refusal() == .corrupt)
        let tiled = deflated.with(324, 4, 8).with(325, 4, 48)
        #expect(tiled.with(322, 3, 16).with(323, 3, 16).refusal() == nil)
        #expect(tiled.with(322, 3, 8).with(323, 3, 8).refusal() == .corrupt)
        #expect(tiled.with(322, 3, 16).with(323, 4, 1 << 24).refusal() == .corrupt)
        // A part of a truncated picture is decoded if the limits say so.
        var limits = TIFFFile.limits
        limits.acceptsTruncated = true
        #expect(deflated.with(279, 4, 1 << 20).refusal(limits) == nil)
    }

    @Test func `strips that share the bytes of the file more than 16 times are refused`() {
        var file = TIFFFile(width: 8, height: 400).with(259, 3, 32773).with(278, 3, 1)
        let length = file.data.count
        func shared(_ strips: Int) -> TIFFFile {
            file.with(273, 4, [Int](repeating: 8, count: 400))
                .with(
                    279, 4,
                    [Int](repeating: length, count: strips) + [Int](repeating: 10, count: 400 - strips))
        }
        #expect(shared(20).refusal() == nil)
        #expect(shared(100).refusal() == .corrupt)
        file = file.with(273, 4, (0..<400).map { 8 + 8 * $0 }).with(279, 4, [Int](repeating: 8, count: 400))
        #expect(file.refusal() == nil)
    }

    @Test func `the work for many strips of JPEG is limited`() {
        let file = TIFFFile(width: 8, height: 400).with(259, 3, 7).with(278, 3, 1)
            .with(273, 4, (0..<400).map { 8 + 8 * $0 }).with(279, 4, [Int](repeating: 8, count: 400))
        var limits = TIFFFile.limits
        limits.work = 400 * (16384 + 8)
        #expect(file.refusal(limits) == nil)
        limits.work -= 1
        #expect(file.refusal(limits) == .tooManySegments)
    }

    @Test func `compressed tiles of many more pixels than the picture are refused`() {
        func tiled(_ width: Int, _ height: Int, compression: Int = 8) -> TIFFFile {
            TIFFFile().with(259, 3, compression).with(322, 3, width).with(323, 3, height).with(324, 4, 8)
                .with(325, 4, 48)
        }
        #expect(tiled(2048, 1952).refusal() == nil)
        let error = #expect(throws: TIFFError.self) { try tiled(2048, 1968).parse() }
        #expect(error?.kind == .tooMuchMemory)
        #expect(error?.detail == "tiles of 2048 x 1968 pixels for a picture of 48, 4000000 are allowed")
        // Rows that are not compressed are read where they are.
        #expect(tiled(2048, 1968, compression: 1).refusal() == nil)
        // A large picture in one tile.
        var limits = TIFFFile.limits
        limits.pixels = 2_000_000
        func large(_ height: Int) -> TIFFFile {
            tiled(2784, height).with(256, 3, 1400).with(257, 3, 1000)
        }
        #expect(large(2000).refusal(limits) == nil)
        #expect(large(2016).refusal(limits) == .tooMuchMemory)
    }

    @Test func `more pixels than the strips can expand to are a truncated file`() {
        let file = TIFFFile(width: 8, height: 6).with(256, 3, 1000).with(257, 3, 900).with(278, 3, 900)
        #expect(file.refusal() == .truncated)
        #expect(file.with(259, 3, 8).refusal() == .truncated)
        #expect(file.with(259, 3, 5).refusal() == .truncated)
        #expect(file.with(259, 3, 32773).refusal() == .truncated)
        // 900,000 white pixels take few bits in CCITT Group 4.
        #expect(file.with(259, 3, 4).with(258, 3, 1).refusal() == nil)
    }

    @Test func `a window of Zstandard and the scans of JPEG are a part of the predicted memory`() throws {
        func predicted(_ compression: Int, _ start: [UInt8]) throws -> Int {
            var file = TIFFFile(width: 300, height: 300).with(259, 4, compression)
            file.data.replaceSubrange(0..<start.count, with: start)
            return try file.parse().workingSetBytes
        }
        // RFC 8878, 3.1.1.1.2: an exponent of 5 is a window of 32 KiB, 13 one of 8 MiB.
        let small = try predicted(50000, [0x28, 0xB5, 0x2F, 0xFD, 0, 5 << 3])
        let large = try predicted(50000, [0x28, 0xB5, 0x2F, 0xFD, 0, 13 << 3])
        #expect(large - small == (8 << 20) - (32 << 10))
        func jpeg(_ frame: UInt8, components: UInt8) -> [UInt8] {
            [
                0xFF, 0xD8, 0xFF, frame, 0, 11, 8, 1, 44, 1, 44, components, 1, 0x11, 0, 0xFF, 0xDA, 0, 8, 1,
                1, 0, 0, 63, 0,
            ]
        }
        let one = try predicted(7, jpeg(0xC0, components: 1))
        for several in [jpeg(0xC2, components: 1), jpeg(0xC0, components: 3)] {
            #expect(try predicted(7, several) >= one + 300 * 300 * 2 * 3)
        }
    }
}
