// SPDX-License-Identifier: Apache-2.0

import Decoding
import GIFEncoder
import JPEGEncoder
import PNGEncoder
import Pixelation
import Pixels
import Scripted
import Testing
import Verification
import WebPEncoder

/// Files of the program's own writers, and the same files with something more in them.
struct OutputVerifierTests {
    private func verify(
        _ bytes: [UInt8], size: Int, pixels: Int = 1 << 20,
        change: (inout PixelationLimits) -> Void = { _ in }
    ) throws -> Examination {
        var limits = PixelationLimits()
        limits.pixels = pixels
        change(&limits)
        return try OutputVerifier(limits: limits, reducer: InProcessReducer()).verify(bytes, size: size)
    }

    /// Checks that a file has exactly one finding, of a kind and at an offset.
    private func expect(
        _ bytes: [UInt8], _ kind: Finding.Kind, at offset: Int?, size: Int = 8,
        sourceLocation: SourceLocation = #_sourceLocation
    ) throws {
        let findings = try verify(bytes, size: size).findings
        #expect(findings.map(\.kind) == [kind], "\(findings)", sourceLocation: sourceLocation)
        if let offset {
            #expect(findings.first?.offset == offset, "\(findings)", sourceLocation: sourceLocation)
        }
    }

    @Test(arguments: Output.Kind.allCases)
    func `outputs of all sizes are verified, with the bits of their cells`(_ kind: Output.Kind) throws {
        let bits = [Output.Kind.grayJPEG: 8, .cmykJPEG: 32, .alphaPNG: 32, .deepPNG: 16][kind] ?? 24
        let frames = kind == .animatedGIF || kind == .animatedWebP ? 3 : 1
        for (size, width, height) in [
            (8, 200, 133), (8, 8, 8), (16, 97, 65), (32, 100, 75), (64, 300, 130), (5, 33, 17),
        ] {
            let bytes = try Output.make(kind, size: size, width: width, height: height)
            let found = try verify(bytes, size: size)
            #expect(found.isVerified, "\(size) \(width) \(height) \(found.findings)")
            #expect(found.frames == frames && found.cells == size * size * frames)
            // An animated GIF file with a transparent index, for unchanged pixels, has a bit more.
            let more = kind == .animatedGIF && found.bitsPerCell == 25 ? 1 : 0
            #expect(found.bits == size * size * frames * (bits + more))
        }
    }

    @Test(arguments: Output.Kind.allCases.filter { $0 != .gif && $0 != .animatedGIF && $0 != .deepPNG })
    func `a colour profile is no finding, and its length is stated`(_ kind: Output.Kind) throws {
        let plain = try Output.make(kind, size: 8, width: 64, height: 48)
        let bytes = try Output.make(kind, size: 8, width: 64, height: 48, profile: Output.profile)
        let found = try verify(bytes, size: 8)
        #expect(found.isVerified, "\(found.findings)")
        #expect(found.profileBytes > 0 && bytes.count >= plain.count + found.profileBytes)
        if kind == .jpeg || kind == .webp { #expect(found.profileBytes == Output.profile.count) }
    }

    @Test(arguments: Output.Kind.allCases)
    func `data behind the end of an output is found`(_ kind: Output.Kind) throws {
        let bytes = try Output.make(kind, size: 8, width: 64, height: 48)
        try expect(bytes + [0], .trailingBytes, at: bytes.count)
        try expect(bytes + bytes, .trailingBytes, at: bytes.count)
    }

    @Test(arguments: 0...3)
    func `a WebP file that states an end within its header is malformed`(_ length: UInt8) throws {
        var bytes = try Output.make(.webp, size: 8, width: 64, height: 48)
        bytes.replaceSubrange(4..<8, with: [length, 0, 0, 0])
        try expect(bytes, .malformed, at: 4)
    }

    /// Returns a JPEG output with a marker segment behind the first one.
    private func jpeg(with marker: UInt8, _ content: [UInt8]) throws -> [UInt8] {
        var bytes = try Output.make(.jpeg, size: 8, width: 64, height: 48)
        let length = content.count + 2
        bytes.insert(contentsOf: [0xFF, marker, UInt8(length >> 8), UInt8(length & 255)] + content, at: 20)
        return bytes
    }

    @Test func `the segments of a JPEG file that outputs do not have are found`() throws {
        try expect(jpeg(with: 0xE1, Array("Exif\0\0".utf8) + [1, 2, 3]), .exif, at: 20)
        let exif = try verify(
            jpeg(with: 0xE1, Array("Exif\0\0II*\0".utf8) + [0xFF, 0xD8, 0xFF, 0xDB]), size: 8)
        #expect(exif.findings.map(\.kind) == [.exif, .thumbnail] && exif.findings.last?.offset == 34)
        try expect(jpeg(with: 0xE1, Array("http://ns.adobe.com/xap/1.0/\0<x/>".utf8)), .xmp, at: 20)
        try expect(jpeg(with: 0xE0, Array("JFXX\0".utf8) + [0x10, 9, 9]), .thumbnail, at: 20)
        try expect(jpeg(with: 0xE2, Array("MPF\0".utf8)), .thumbnail, at: 20)
        try expect(jpeg(with: 0xE2, Array("other".utf8)), .metadata, at: 20)
        try expect(jpeg(with: 0xED, Array("Photoshop 3.0\0".utf8)), .metadata, at: 20)
        try expect(jpeg(with: 0xFE, Array("text".utf8)), .comment, at: 20)
        try expect(jpeg(with: 0xE2, Array("ICC_PROFILE\0".utf8) + [1, 2] + Output.profile), .profile, at: 20)
        try expect(
            jpeg(with: 0xE2, Array("ICC_PROFILE\0".utf8) + [1, 1] + Output.profile + [0]), .profile, at: 20)
        // A table that no component uses, and a thumbnail in the JFIF segment.
        try expect(jpeg(with: 0xDB, [2] + [UInt8](repeating: 1, count: 64)), .structure, at: 20)
        var bytes = try Output.make(.jpeg, size: 8, width: 64, height: 48)
        bytes.replaceSubrange(4..<6, with: [0, 19])
        bytes.replaceSubrange(18..<20, with: [1, 1])
        bytes.insert(contentsOf: [9, 9, 9], at: 20)
        try expect(bytes, .thumbnail, at: 2)
    }

    @Test func `the parts of PNG, WebP and GIF files that outputs do not have are found`() throws {
        let png = try Output.make(.png, size: 8, width: 64, height: 48)
        for (name, content, kind) in [
            ("eXIf", "MM", Finding.Kind.exif), ("tEXt", "Comment\0x", .comment),
            ("tIME", "1234567", .metadata),
            ("iTXt", "XML:com.adobe.xmp\0<x/>", .xmp), ("acTL", "12345678", .structure),
        ] {
            var bytes = png
            let length = UInt8(content.utf8.count)
            // No checksum is read before these chunks are found.
            let chunk = [0, 0, 0, length] + Array(name.utf8) + Array(content.utf8) + [0, 0, 0, 0]
            bytes.insert(contentsOf: chunk, at: 33)
            let findings = try verify(bytes, size: 8).findings
            #expect(findings.first?.kind == kind && findings.first?.offset == 33, "\(name) \(findings)")
        }
        for kind in [Output.Kind.webp, .animatedWebP] {
            let webp = try Output.make(kind, size: 8, width: 64, height: 48, profile: Output.profile)
            for (name, kind) in [("EXIF", Finding.Kind.exif), ("XMP ", .xmp), ("ABCD", .metadata)] {
                var bytes = webp + Array(name.utf8) + [4, 0, 0, 0, 1, 2, 3, 4]
                let length = bytes.count - 8
                bytes.replaceSubrange(4..<8, with: (0..<4).map { UInt8(length >> (8 * $0) & 255) })
                try expect(bytes, kind, at: webp.count)
            }
        }
        for kind in [Output.Kind.gif, .animatedGIF] {
            let gif = try Output.make(kind, size: 8, width: 64, height: 48)
            for (label, kind) in [(UInt8(0xFE), Finding.Kind.comment), (0x01, .comment), (0xFF, .metadata)] {
                let bytes = gif.dropLast() + [0x21, label, 2, 65, 66, 0, 0x3B]
                try expect(Array(bytes), kind, at: gif.count - 1)
            }
        }
    }

    @Test(arguments: [8, 16])
    func `one other pixel of a lossless output is found with its place`(_ size: Int) throws {
        var random = SplitMix(seed: 3)
        let cells = Output.grid(size, .rgb, &random)
        let factor = 64 / size
        let (x, y) = (3 * factor + 1, 5 * factor + 2)
        let pixels = Output.changed(Output.enlarged(cells, by: factor), column: x, row: y, by: 1)
        let equal = Output.enlarged(cells, by: factor)
        func expectPixel(_ bytes: [UInt8], frame: Int? = nil) throws {
            let found = try verify(bytes, size: size).findings
            #expect(found.map(\.kind) == [.pixels], "\(found)")
            let place = "the first at (\(x), \(y))" + (frame.map { " of frame \($0)" } ?? "")
            #expect(found.first?.detail.hasSuffix(place) == true, "\(found)")
            #expect(
                found.first?.detail.hasPrefix("pixels that differ from their cells: 1,") == true, "\(found)")
        }
        try expectPixel(PNGWriter(width: 64, height: 64).encode(pixels))
        try expectPixel(WebPWriter(width: 64, height: 64).encode(pixels))
        try expectPixel(
            WebPWriter(width: 64, height: 64).encode(frames: [(equal, 80), (pixels, 80)], loops: 0), frame: 2)
        if size == 8 {
            try expectPixel(GIFWriter(width: 64, height: 64).encode(pixels))
            try expectPixel(
                GIFWriter(width: 64, height: 64).encode(
                    [.init(equal, milliseconds: 80), .init(pixels, milliseconds: 80)], loops: 0, check: {}),
                frame: 2)
        }
    }

    @Test func `one other pixel of a JPEG output is found, in a cell and at its edge`() throws {
        var random = SplitMix(seed: 4)
        for color in [ColorModel.rgb, .gray, .cmyk] {
            let cells = Output.enlarged(Output.grid(8, color, &random), by: 32)
            #expect(try verify(GridWriter(width: 256, height: 256).encode(cells), size: 8).isVerified)
            for (x, y) in [(40, 51), (63, 51), (64, 64), (255, 255)] {
                let changed = Output.changed(cells, column: x, row: y, by: 128)
                let found = try verify(GridWriter(width: 256, height: 256).encode(changed), size: 8).findings
                #expect(found.first?.kind == .pixels, "\(color) \(x) \(y) \(found)")
                let detail = found.first?.detail ?? ""
                let side = color == .rgb && !detail.contains("luminance") ? 16 : 8
                #expect(detail.contains("(\(x / side * side), \(y / side * side))"), "\(found)")
            }
        }
    }

    @Test func `a block of a JPEG output with another colour than its cell is found`() throws {
        var random = SplitMix(seed: 7)
        var cells = Output.enlarged(Output.grid(8, .gray, &random), by: 32)
        for pixel in 0..<64 {
            cells = Output.changed(cells, column: 40 + pixel % 8, row: 48 + pixel / 8, by: 64)
        }
        let found = try verify(GridWriter(width: 256, height: 256).encode(cells), size: 8).findings
        #expect(found.map(\.kind) == [.pixels] && found.first?.detail.contains("(40, 48)") == true)
    }

    @Test func `an output with more cells than stated is found`() throws {
        for kind in Output.Kind.allCases {
            for (size, stated) in [(16, 8), (9, 8), (64, 48)] {
                let bytes = try Output.make(kind, size: size, width: 200, height: 133)
                try expect(
                    Array(bytes), .pixels, at: nil, size: stated, many: kind == .jpeg || kind == .cmykJPEG)
            }
        }
    }

    /// Checks that a file has findings of one kind only.
    private func expect(
        _ bytes: [UInt8], _ kind: Finding.Kind, at offset: Int?, size: Int, many: Bool
    ) throws {
        let findings = try verify(bytes, size: size).findings
        #expect(Set(findings.map(\.kind)) == [kind] && (many || findings.count == 1), "\(findings)")
    }

    @Test func `data that is hidden in the codes of an output is found`() throws {
        let jpeg = try Output.make(.jpeg, size: 8, width: 64, height: 48)
        try expect(Array(jpeg.dropLast(2)) + [1, 2, 3] + jpeg.suffix(2), .trailingBytes, at: jpeg.count - 2)
        // The last byte of the codes is filled with 1.
        let gray = try Output.make(.grayJPEG, size: 8, width: 16, height: 16)
        let last = gray.count - 3
        let free = gray[last].trailingZeroBitCount == 0 ? (~gray[last]).trailingZeroBitCount : 0
        if free > 0, free < 8 {
            var bytes = gray
            bytes[last] ^= 1
            try expect(bytes, .encoding, at: nil)
        }
        // Data behind the end code of a GIF frame, and a colour that no pixel has.
        let gif = try Output.make(.gif, size: 3, width: 30, height: 30)
        let end = gif.count - 2
        try expect(Array(gif[..<end]) + [2, 7, 7] + gif[end...], .encoding, at: end + 1, size: 3)
        // Bits behind the end code, in those of the files whose last byte has some.
        let bits = try (100...120).count { width in
            var bytes = try Output.make(.gif, size: 8, width: width, height: 90)
            bytes[bytes.count - 3] |= 0x80
            let found = try verify(bytes, size: 8).findings
            return found.map(\.kind) == [.encoding] && found.first?.offset == bytes.count - 3
        }
        #expect(bits > 0)
        var palette = gif
        palette[13 + 3 * 12] = 1
        try expect(palette, .structure, at: 13 + 3 * 12, size: 3)
        // The same pixels in another encoding.
        let png = try Output.make(.png, size: 8, width: 64, height: 48)
        let at = try #require(png.firstRange(of: Array("IDAT".utf8))?.lowerBound) - 4
        let length = png[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
        let content = Array(png[at + 8..<at + 8 + length])
        let parts = [content.prefix(10), content.dropFirst(10)].flatMap { part in
            PNGChunk.bytes("IDAT", Array(part))
        }
        try expect(Array(png[..<at]) + parts + png[(at + 12 + length)...], .encoding, at: at + 3)
    }

    @Test(arguments: Output.Kind.allCases)
    func `an output that ends early is not verified, wherever it ends`(_ kind: Output.Kind) throws {
        let bytes = try Output.make(kind, size: 5, width: 23, height: 17, profile: Output.profile)
        for length in 0..<bytes.count {
            let found = try verify(Array(bytes.prefix(length)), size: 5)
            #expect(!found.isVerified, "\(length) of \(bytes.count) bytes")
        }
    }

    @Test(arguments: Output.Kind.allCases)
    func `changed bytes in an output end the examination in no other way`(_ kind: Output.Kind) throws {
        let bytes = try Output.make(kind, size: 5, width: 23, height: 17)
        var random = SplitMix(seed: 5)
        for _ in 0..<200 {
            var changed = bytes
            for _ in 0..<Int.random(in: 1...4, using: &random) {
                changed[Int.random(in: 0..<changed.count, using: &random)] = .random(
                    in: 0...255, using: &random)
            }
            let found = try verify(changed, size: 5, pixels: 10_000)
            #expect(found.cells >= 25 && (found.isVerified || !found.findings.isEmpty))
        }
    }

    /// Checks that the examination of a file ends at a limit.
    private func expect(
        _ kind: PixelationError.Kind, of bytes: [UInt8], size: Int = 8,
        sourceLocation: SourceLocation = #_sourceLocation, change: (inout PixelationLimits) -> Void
    ) throws {
        let found = try verify(bytes, size: size, change: change)
        let last = found.findings.last
        #expect(
            last?.kind == .limit && last?.detail.hasPrefix("\(kind.rawValue): ") == true,
            "\(found.findings)", sourceLocation: sourceLocation)
        #expect(!found.isVerified && found.findings.count <= 21, sourceLocation: sourceLocation)
    }

    @Test func `the examination of a file ends at the limits of its decoding`() throws {
        for kind in Output.Kind.allCases {
            let bytes = try Output.make(kind, size: 8, width: 64, height: 48)
            try expect(.tooManyBytes, of: bytes) { $0.bytes = bytes.count - 1 }
            try expect(.tooManyPixels, of: bytes) { $0.pixels = 64 * 48 - 1 }
            try expect(.deadline, of: bytes) { $0.seconds = 0 }
        }
        for kind in [Output.Kind.animatedGIF, .animatedWebP] {
            try expect(.tooManyFrames, of: try Output.make(kind, size: 8, width: 64, height: 48)) {
                $0.frames = 2
            }
        }
        // Each block of this picture has an edge: 150 of luminance and 40 of each chrominance take 160 bytes each.
        let picture = try Output.make(.jpeg, size: 64, width: 120, height: 80)
        #expect(try verify(picture, size: 64, change: { $0.memoryBytes = 36_800 }).isVerified)
        try expect(.tooMuchMemory, of: picture, size: 64) { $0.memoryBytes = 36_800 - 1 }
    }

    @Test func `the search for the cells of a JPEG file ends with its time`() throws {
        // A search takes many rounds, each of which is longer than the decoding of the picture.
        var random = SplitMix(seed: 6)
        let picture = GridWriter(width: 1000, height: 1000).encode(Output.grid(200, .gray, &random))
        try expect(.deadline, of: picture, size: 99) { $0.seconds = 1 }
    }

    @Test func `no more parts of a file are examined than the limit of its markers`() throws {
        func inserted(_ part: [UInt8], _ kind: Output.Kind, at offset: Int?) throws -> [UInt8] {
            var bytes = try Output.make(kind, size: 8, width: 64, height: 48)
            bytes.insert(contentsOf: (0..<40).flatMap { _ in part }, at: offset ?? bytes.count - 1)
            return bytes
        }
        var webp = try inserted(Array("ABCD".utf8) + [0, 0, 0, 0], .webp, at: 12)
        webp.replaceSubrange(4..<8, with: number(webp.count - 8))
        for bytes in [
            try inserted([0xFF, 0xFE, 0, 2], .jpeg, at: 20),
            try inserted([0, 0, 0, 0] + Array("tEXt".utf8) + [0, 0, 0, 0], .png, at: 33),
            try inserted([0x21, 0xFE, 0], .gif, at: nil), webp,
        ] {
            try expect(.tooManyMarkers, of: bytes) { $0.markers = 20 }
        }
    }

    @Test func `frames in frames of a WebP file are found, however many they are`() throws {
        let levels = 100_000
        var bytes = Array("RIFF".utf8) + number(24 * levels + 4) + Array("WEBP".utf8)
        for level in 0..<levels {
            bytes += Array("ANMF".utf8) + number(16 + 24 * (levels - 1 - level))
            bytes += [UInt8](repeating: 0, count: 16)
        }
        #expect(try verify(bytes, size: 8).findings.first?.kind == .metadata)
    }

    /// Returns a number as four bytes, of which the first is the lowest.
    private func number(_ value: Int) -> [UInt8] { (0..<4).map { UInt8(value >> (8 * $0) & 255) } }

    @Test func `files in formats that outputs do not have are not verified`() throws {
        for bytes in [[], Array("BM".utf8) + [UInt8](repeating: 0, count: 60), Array("II*\0abcdefgh".utf8)] {
            let found = try verify(bytes, size: 8)
            #expect(found.findings.map(\.kind) == [.coding] && !found.isVerified)
        }
    }
}
