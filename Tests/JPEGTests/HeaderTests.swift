// SPDX-License-Identifier: Apache-2.0

import JPEG
import Pixels
import Scripted
import Testing

/// The parser of headers is tested, with the limits that are checked before decoding.
@Suite struct HeaderTests {
    private static let good = HeaderFile().frame().scan().data()

    @Test func `the header has the properties of the file`() throws {
        let file = HeaderFile().comment("first").frame(0xC2, width: 4032, height: 30).comment("last").scan()
        let header = try file.data().header()
        #expect(header.width == 4032 && header.height == 30 && header.precision == 8)
        #expect(header.process == .progressive && !header.isArithmetic && header.layout == .rgbx)
        #expect(header.components.map(\.horizontal) == [2, 1, 1])
        #expect(header.components.map(\.identifier) == [1, 2, 3])
        #expect(header.firstScanComponents == [1, 2, 3] && header.firstScanHasDC)
        #expect(header.dataOffset == file.bytes.count && header.markers == 4)
        #expect(header.comment.map { Array(file.bytes[$0]) } == Array("last".utf8))
    }

    @Test(
        arguments: [
            (0xC0, .baseline, false), (0xC1, .extended, false), (0xC2, .progressive, false),
            (0xC9, .extended, true), (0xCA, .progressive, true),
        ] as [(UInt8, JPEGHeader.Process, Bool)])
    func `the coding process follows from the marker of the frame header`(
        _ marker: UInt8, _ process: JPEGHeader.Process, _ isArithmetic: Bool
    ) throws {
        let header = try HeaderFile().frame(marker).scan().data().header()
        #expect(header.process == process && header.isArithmetic == isArithmetic)
    }

    @Test func `fill bytes, stray bytes and markers without length are skipped`() throws {
        let file = HeaderFile().raw([0xFF, 0xFF, 0xFF, 0x01, 0x12, 0x34, 0xFF, 0x00, 0xFF, 0xD3, 0xFF])
        #expect(try file.frame().raw([7, 7]).scan().data().header().width == 64)
    }

    @Test func `a segment that is skipped may state a length of 0 or 1`() throws {
        // libjpeg skips the two bytes of the length, and finds the next marker behind them.
        for marker: UInt8 in [0xE0, 0xE1, 0xE2, 0xEE, 0xEF, 0xFE, 0xDC] {
            for length: UInt8 in [0, 1] {
                let file = HeaderFile().raw([0xFF, marker, 0, length]).frame().scan().data()
                #expect(file.refusal() == nil, "FF \(marker), length \(length)")
            }
        }
        for marker: UInt8 in [0xDB, 0xC4, 0xCC, 0xDD, 0xC0, 0xDA] {
            let file = HeaderFile().raw([0xFF, marker, 0, 1]).frame().scan().data()
            #expect(file.refusal() == .corrupt, "FF \(marker)")
        }
    }

    @Test func `tables in abbreviated format may precede the picture`() throws {
        let tables = HeaderFile().segment(0xDB, [0] + [UInt8](repeating: 1, count: 64)).raw([0xFF, 0xD9])
        #expect(try tables.raw([0xFF, 0xD8]).frame().scan().data().header().width == 64)
        #expect(tables.frame().scan().data().refusal() == .corrupt)
        #expect(tables.refusal() == .corrupt)
    }

    @Test func `a process that is not decoded is refused by its name`() {
        let files: [(String, HeaderFile)] = [
            ("DNL", HeaderFile().frame(height: 0).scan().data()),
            ("JPEG-LS", HeaderFile().frame(0xF7).scan().data()),
            ("lossless", HeaderFile().frame(0xC3).scan().data()),
            ("lossless", HeaderFile().frame(0xCB).scan().data()),
            ("hierarchical", HeaderFile().frame(0xC7).scan().data()),
            ("hierarchical", HeaderFile().frame(0xDE).frame().scan().data()),
            ("reserved", HeaderFile().frame(0xC8).scan().data()),
            ("12-bit", HeaderFile().frame(0xC1, precision: 12).scan().data()),
        ]
        for (name, file) in files {
            let error = #expect(throws: JPEGError.self) { _ = try file.header() }
            #expect(error?.kind == .unsupported && error?.detail.contains(name) == true, "\(name)")
        }
    }

    @Test func `all Exif segments are found`() throws {
        let exif = { (value: UInt8) in Array("Exif\0\0MM\0".utf8) + [value] }
        let file = HeaderFile().segment(0xE1, Array("http://ns.adobe.com/xap/1.0/\0".utf8))
            .segment(0xE1, exif(1)).segment(0xE1, exif(2)).frame().scan()
        let header = try file.data().header()
        #expect(header.exif.map { Array(file.bytes[$0]) } == [[0x4D, 0x4D, 0, 1], [0x4D, 0x4D, 0, 2]])
    }

    /// The files that are refused: a description, the file, and the kind of the error.
    static let refusals: [(String, HeaderFile, JPEGError.Kind)] = [
        ("nothing", HeaderFile(bytes: []), .notJPEG),
        ("two bytes", HeaderFile(), .notJPEG),
        ("another beginning", HeaderFile(bytes: [0xFF, 0xD8, 0x00, 0xFF]), .notJPEG),
        ("start of image again", HeaderFile().segment(0xE0, []).raw([0xFF, 0xD8]).frame().scan(), .corrupt),
        ("end of image first", HeaderFile().frame().raw([0xFF, 0xD9]), .corrupt),
        ("a scan without a frame", HeaderFile().scan().data(), .corrupt),
        ("two frames", HeaderFile().frame().frame().scan().data(), .corrupt),
        ("tables of length 1", HeaderFile().raw([0xFF, 0xDB, 0, 1]).frame().scan(), .corrupt),
        ("a frame too short", HeaderFile().segment(0xC0, [8, 0, 1, 0, 1]).scan().data(), .corrupt),
        ("a frame too long", HeaderFile().segment(0xC0, [8, 0, 1, 0, 1, 1, 1, 17, 0, 0]).scan(), .corrupt),
        ("a scan header empty", HeaderFile().frame().segment(0xDA, []).data(), .corrupt),
        (
            "a scan header too short", HeaderFile().frame().segment(0xDA, [3, 1, 0, 0, 63, 0]).data(),
            .corrupt
        ),
        ("a scan of nothing", HeaderFile().frame().scan([]).data(), .corrupt),
        ("a scan of five", HeaderFile().frame().scan([1, 2, 3, 4, 5]).data(), .corrupt),
        ("no width", HeaderFile().frame(width: 0).scan().data(), .corrupt),
        ("no height", HeaderFile().frame(height: 0).scan().data(), .unsupported),
        ("sampling 0", HeaderFile().frame(sampling: [0x20, 0x11, 0x11]).scan().data(), .corrupt),
        ("sampling 5", HeaderFile().frame(sampling: [0x51, 0x11, 0x11]).scan().data(), .corrupt),
        ("lossless", HeaderFile().frame(0xC3).scan().data(), .unsupported),
        ("lossless arithmetic", HeaderFile().frame(0xCB).scan().data(), .unsupported),
        ("hierarchical", HeaderFile().frame(0xC5).scan().data(), .unsupported),
        ("hierarchical arithmetic", HeaderFile().frame(0xCF).scan().data(), .unsupported),
        ("12 bits", HeaderFile().frame(0xC1, precision: 12).scan().data(), .unsupported),
        ("2 components", HeaderFile().frame(sampling: [0x11, 0x11]).scan([1, 2]).data(), .unsupported),
        ("no component", HeaderFile().frame(sampling: []).scan().data(), .unsupported),
        ("5 components", HeaderFile().frame(sampling: [17, 17, 17, 17, 17]).scan().data(), .unsupported),
        ("a side too long", HeaderFile().frame(width: 65_501, height: 1).scan().data(), .sideTooLong),
        ("an area too large", HeaderFile().frame(width: 1001, height: 1000).scan().data(), .tooManyPixels),
        ("less data than any picture of the size needs", HeaderFile().frame().scan().data(17), .truncated),
        ("a segment longer than the file", HeaderFile().raw([0xFF, 0xE0, 0x10, 0, 1, 2]), .truncated),
        ("half a length", HeaderFile().raw([0xFF, 0xE0, 0x10]), .truncated),
        ("fill bytes to the end", HeaderFile().raw([0xFF, 0xFF, 0xFF]), .truncated),
        ("no scan", HeaderFile().frame(), .truncated),
    ]

    @Test(arguments: refusals)
    func `a wrong file is refused as the kind that it is`(
        _ what: String, _ file: HeaderFile, _ kind: JPEGError.Kind
    ) {
        #expect(file.refusal() == kind, "\(what)")
    }

    @Test func `a picture exactly at a limit is admitted`() throws {
        #expect(Self.good.refusal() == nil)
        #expect(Self.good.refusal { $0.pixels = 64 * 48 } == nil)
        #expect(Self.good.refusal { $0.pixels = 64 * 48 - 1 } == .tooManyPixels)
        #expect(Self.good.refusal { $0.markers = 2 } == nil)
        #expect(Self.good.refusal { $0.markers = 1 } == .tooManyMarkers)
        // The 8 x 6 luminance blocks and 2 x 4 x 3 chrominance blocks have at least 2 bits each, 18 bytes in all;
        // progressive scans need half of that.
        let short = HeaderFile().frame().scan()
        #expect(short.data(18).refusal() == nil && short.data(17).refusal() == .truncated)
        #expect(short.data(0).refusal { $0.acceptsTruncated = true } == nil)
        let progressive = HeaderFile().frame(0xC2).scan(to: 0)
        #expect(progressive.data(9).refusal() == nil && progressive.data(8).refusal() == .truncated)
        // Files with arithmetic coding or a refining first scan have no lower bound.
        #expect(HeaderFile().frame(0xC9).scan().refusal() == nil)
        #expect(HeaderFile().frame(0xC2).scan([1], from: 1).refusal() == nil)
        #expect(HeaderFile().frame(0xC2).scan(to: 0, high: 1).refusal() == nil)
    }

    @Test func `the working set includes coefficients when they have to be kept`() throws {
        func bytes(_ marker: UInt8, _ scan: [UInt8], _ sampling: [UInt8]) throws -> Int {
            try HeaderFile().frame(marker, width: 800, height: 800, sampling: sampling).scan(scan).data(
                200_000
            )
            .header()
            .workingSetBytes
        }
        let full: [UInt8] = [0x11, 0x11, 0x11]
        let baseline = try bytes(0xC0, [1, 2, 3], full)
        #expect(baseline < 300_000)
        #expect(try bytes(0xC2, [1, 2, 3], full) == baseline + 800 * 800 * 3 * 2)
        #expect(try bytes(0xC0, [1], full) == baseline + 800 * 800 * 3 * 2)
        // An MCU has 2 x 2 luminance blocks: the 100 luminance blocks along a side fill whole MCUs, and there are 50
        // chrominance blocks.
        let quarter = try bytes(0xC2, [1, 2, 3], [0x22, 0x11, 0x11])
        #expect(quarter - (try bytes(0xC0, [1, 2, 3], [0x22, 0x11, 0x11])) == 800 * 800 * 3)
    }

    @Test func `a header cut anywhere is refused as truncated`() {
        let whole = HeaderFile().comment("a comment").profile(1, of: 1, [1, 2, 3]).frame().scan()
        for end in 3..<whole.bytes.count {
            #expect(HeaderFile(bytes: Array(whole.bytes[..<end])).refusal() == .truncated, "\(end)")
        }
    }

    @Test func `random changes of a header never trap`() {
        var random = SplitMix(seed: 3)
        let whole = HeaderFile().comment("x").profile(1, of: 2, [9]).frame(0xC2).scan(to: 0).data(64).scan([1]
        )
        for _ in 0..<20_000 {
            var bytes = whole.bytes
            for _ in 0...Int.random(in: 0..<6, using: &random) {
                bytes[Int.random(in: 2..<bytes.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            if Bool.random(using: &random) {
                bytes.removeLast(Int.random(in: 0..<bytes.count, using: &random))
            }
            if let kind = HeaderFile(bytes: bytes).refusal() { #expect(kind != .internal) }
        }
    }
}
