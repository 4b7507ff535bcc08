// SPDX-License-Identifier: Apache-2.0

import HEIF
import Pixels
import Scripted
import Testing

/// Headers of regular and of hostile files.
@Suite struct HEIFHeaderTests {
    static let limits = DecodedPicture.limits

    static func header(_ builder: HEIFBuilder, _ limits: HEIFLimits = limits) throws(HEIFError) -> HEIFHeader
    {
        try HEIFHeader(of: builder.file.span, limits: limits)
    }

    static func kind(_ bytes: [UInt8], _ limits: HEIFLimits = limits) -> HEIFError.Kind? {
        do throws(HEIFError) {
            _ = try HEIFHeader(of: bytes.span, limits: limits)
            return nil
        } catch {
            return error.kind
        }
    }

    static func kind(_ builder: HEIFBuilder) -> HEIFError.Kind? { kind(builder.file) }

    @Test(arguments: [
        ("hevc-a", HEIFHeader.Coding.hevc, 8), ("av1-a", .av1, 8), ("hevc-10-bits", .hevc, 10),
        ("hevc-gray", .hevc, 8), ("av1-gray", .av1, 8),
    ])
    func `the header has the size, the coding and the depth of files of other programs`(
        _ name: String, _ coding: HEIFHeader.Coding, _ depth: Int
    ) throws {
        let file = CodedPicture(name).file
        let header = try HEIFHeader(of: file.span, limits: Self.limits)
        #expect(header.width == 64 && header.height == 64 && header.coding == coding && header.depth == depth)
        #expect(!header.hasAlpha && header.color == .rgb && header.tiles == 1 && header.profile == nil)
        #expect(header.fileBytes == file.count)
    }

    @Test func `the ICC profile is that of the picture, or of the first tile of a grid`() throws {
        let profile = [UInt8](1...100)
        let alone = HEIFBuilder(CodedPicture("hevc-a"), [HEIFBuilder.profile(profile)])
        var tiled = HEIFBuilder(rows: 1, columns: 1, 64, 64, [CodedPicture("hevc-a")])
        tiled.items[1].properties.append(tiled.add(HEIFBuilder.profile(profile)))
        for builder in [alone, tiled] {
            let range = try #require(try Self.header(builder).profile)
            #expect(Array(builder.file[range]) == profile)
        }
        // Numbers of the colour space are no profile.
        let numbers = HEIFBuilder.box("colr", Array("nclx".utf8) + [0, 1, 0, 13, 0, 6, 0x80])
        #expect(try Self.header(HEIFBuilder(CodedPicture("hevc-a"), [numbers])).profile == nil)
    }

    @Test func `an auxiliary picture of another type is no alpha`() throws {
        var builder = HEIFBuilder(CodedPicture("hevc-a"))
        let type = HEIFBuilder.fullBox("auxC", Array("urn:com:apple:photo:2020:aux:hdrgainmap".utf8) + [0])
        let item = builder.add(CodedPicture("hevc-gray"), [type])
        builder.references = [("auxl", item, [1])]
        #expect(try !Self.header(builder).hasAlpha)
    }

    @Test func `bytes behind the boxes, such as the trailer of a phone, are ignored`() throws {
        let file = HEIFBuilder(CodedPicture("hevc-a")).file
        #expect(Self.kind(file + [0, 0, 0, 3] + Array("SEFT".utf8) + [1, 2, 3]) == nil)
        #expect(Self.kind(file + [1, 2, 3]) == nil)
    }

    // MARK: Hostile files

    @Test func `a file that ends anywhere in its items or its data is refused`() throws {
        for name in ["hevc-a", "av1-a"] {
            let picture = CodedPicture(name)
            let file = HEIFBuilder(rows: 1, columns: 2, 100, 64, [picture, picture]).file
            for count in 0..<file.count {
                let kind = Self.kind(Array(file[..<count]))
                let kinds: [HEIFError.Kind] = [.notHEIF, .truncated, .corrupt, .unsupported]
                #expect(kind.map(kinds.contains) == true, "\(count): \(String(describing: kind))")
            }
        }
    }

    /// Returns true if a file is refused because an item is made of itself.
    static func isLoop(_ builder: HEIFBuilder) -> Bool {
        do throws(HEIFError) {
            _ = try header(builder)
            return false
        } catch {
            return error.kind == .corrupt && error.detail.hasSuffix("is made of itself")
        }
    }

    @Test func `items that are made of themselves are refused`() throws {
        let picture = CodedPicture("hevc-a")
        // A copy of itself, two copies of each other, a grid in itself, and alpha of alpha.
        for parts in [[2], [3]] {
            var builder = HEIFBuilder(picture)
            builder.primary = builder.add(HEIFBuilder.Item(type: "iden"))
            builder.add(HEIFBuilder.Item(type: "iden"))
            builder.references = [("dimg", 2, parts), ("dimg", 3, [2])]
            #expect(Self.isLoop(builder))
        }
        var grid = HEIFBuilder(rows: 1, columns: 2, 128, 64, [picture, picture])
        grid.references[0].to[1] = 1
        #expect(Self.isLoop(grid))
        var alpha = HEIFBuilder(picture, [HEIFBuilder.alpha])
        alpha.references = [("auxl", 1, [1])]
        #expect(Self.isLoop(alpha))
        var pair = HEIFBuilder(picture, [HEIFBuilder.alpha])
        pair.add(picture, [HEIFBuilder.alpha])
        pair.references = [("auxl", 1, [2]), ("auxl", 2, [1])]
        #expect(Self.isLoop(pair))
        // A chain that is longer than the stack of libheif should be.
        var chain = HEIFBuilder(picture)
        for item in 2...20 {
            chain.add(HEIFBuilder.Item(type: "iden"))
            chain.references.append(("dimg", item, [item - 1]))
        }
        chain.primary = 20
        #expect(Self.kind(chain) == .corrupt)
    }

    @Test func `overlays of overlays that draw a picture billions of times are refused at once`() throws {
        var builder = HEIFBuilder(CodedPicture("hevc-a"))
        let places = [UInt8](repeating: 0, count: 4 * 60)
        let data = [0, 0] + [UInt8](repeating: 0, count: 8) + [0, 64, 0, 64] + places
        for item in 2...7 {
            builder.add(HEIFBuilder.Item(type: "iovl", data: data))
            builder.references.append(("dimg", item, [Int](repeating: item - 1, count: 60)))
        }
        builder.primary = 7
        #expect(Self.kind(builder) == .tooManyPixels)
    }

    @Test func `a huge picture is refused by each of its sizes`() throws {
        let picture = CodedPicture("hevc-a")
        func size(_ width: Int, _ height: Int) -> HEIFError.Kind? {
            var builder = HEIFBuilder(picture)
            builder.properties[1] = HEIFBuilder.size(width, height)
            return Self.kind(builder)
        }
        #expect(size(1 << 20, 2) == .tooManyPixels)
        #expect(size(Int(UInt32.max), Int(UInt32.max)) == .tooManyPixels)
        #expect(size(0, 64) == .corrupt)
        #expect(size(64, 64) == nil)
        let grid = HEIFBuilder(rows: 1, columns: 1, Int(UInt32.max), Int(UInt32.max), [picture])
        #expect(Self.kind(grid) == .tooManyPixels)
        // The tiles must cover the picture.
        #expect(Self.kind(HEIFBuilder(rows: 1, columns: 1, 100, 64, [picture])) == .corrupt)
    }

    @Test func `coded data of a larger picture than the file says are refused`() throws {
        // The sequence headers of pictures of 8192 x 8192 pixels. A set of HEVC: the header of the unit, the layers,
        // the profile, the numbers of the set and of the chroma format, the sides, no window, and two depths.
        let side = String(repeating: "0", count: 13) + "10000000000001"
        let set = Self.bytes(
            "0100001000000001" + "00000001" + String(repeating: "1", count: 96) + "1" + "010" + side + side
                + "011" + "1")
        // A reduced header of AV1: profile, flags, level, numbers of bits of the sides, the sides, and tools.
        let longest = String(repeating: "1", count: 13)
        let header = Self.bytes("000" + "11" + "00000" + "11001100" + longest + longest + "000000" + "0000")
        for (name, unit) in [
            ("hevc-a", HEIFBuilder.number(set.count, 4) + set),
            ("av1-a", [0x0A, UInt8(header.count)] + header),
        ] {
            let picture = CodedPicture(name)
            for (width, kind) in [(64, HEIFError.Kind.corrupt), (8192, nil), (8192 - 129, .corrupt)] {
                var builder = HEIFBuilder(picture)
                builder.items[0].data = unit + picture.data
                builder.properties[1] = HEIFBuilder.size(width, 8192)
                var limits = Self.limits
                limits.pixels = 1 << 26
                #expect(Self.kind(builder.file, limits) == kind, "\(name), \(width)")
            }
        }
        // An item that is a video.
        var video = HEIFBuilder(CodedPicture("hevc-a"))
        video.items[0].data = (0..<17).flatMap { _ in CodedPicture("hevc-a").data }
        #expect(Self.kind(video) == .unsupported)
    }

    /// Returns bits as bytes, with zeros behind them.
    private static func bytes(_ bits: String) -> [UInt8] {
        var rest = Array(bits.utf8)
        rest += [UInt8](repeating: 0x30, count: (8 - rest.count % 8) % 8 + 64)
        return stride(from: 0, to: rest.count, by: 8).map { at in
            rest[at..<at + 8].reduce(0) { $0 << 1 | ($1 - 0x30) }
        }
    }

    @Test func `a million boxes, items, tiles, properties, extents and references are refused`() throws {
        let picture = CodedPicture("hevc-a")
        let box = HEIFBuilder.box("free", [])
        var boxes = HEIFBuilder(picture)
        boxes.more = (0..<1_000_000).flatMap { _ in box }
        #expect(Self.kind(boxes) == .tooManyBoxes)
        #expect(Self.kind(HEIFBuilder(picture).file + boxes.more) == .tooManyBoxes)
        var properties = HEIFBuilder(picture)
        properties.properties += [[UInt8]](repeating: box, count: 100_000)
        #expect(Self.kind(properties) == .tooManyBoxes)
        var items = HEIFBuilder(picture)
        items.items += [HEIFBuilder.Item](repeating: HEIFBuilder.Item(type: "hvc1"), count: 60_000)
        #expect(Self.kind(items) == .tooManyBoxes)
        var extents = HEIFBuilder(picture)
        extents.items[0].extents = [(offset: Int, length: Int)](repeating: (0, 0), count: 65_535)
        #expect(Self.kind(extents) == .tooManyBoxes)
        var references = HEIFBuilder(picture)
        references.references = [("thmb", 1, [Int](repeating: 1, count: 65_535))]
        #expect(Self.kind(references) == .tooManyBoxes)
        var grid = HEIFBuilder(rows: 255, columns: 255, 64, 64, [picture])
        grid.references[0].to = [Int](repeating: 2, count: 255 * 255)
        #expect(Self.kind(grid) == .tooManyBoxes)
        var associations = HEIFBuilder(picture)
        let copy = HEIFBuilder.Item(type: "mime", properties: [Int](repeating: 1, count: 250))
        associations.items += [HEIFBuilder.Item](repeating: copy, count: 200)
        #expect(Self.kind(associations) == .tooManyBoxes)
    }

    @Test func `data outside of the file, and data that overlap without end, are refused`() throws {
        let picture = CodedPicture("hevc-a")
        func extents(_ list: [(offset: Int, length: Int)], copies: Int = 0) -> HEIFError.Kind? {
            var builder = HEIFBuilder(picture)
            builder.items[0].extents = list
            builder.items += [HEIFBuilder.Item](
                repeating: HEIFBuilder.Item(type: "mime", extents: list), count: copies)
            return Self.kind(builder)
        }
        #expect(extents([(0, Int(UInt32.max))]) == .truncated)
        #expect(extents([(Int(UInt32.max), Int(UInt32.max))]) == .truncated)
        #expect(extents([]) == .corrupt)
        var large = HEIFBuilder(picture)
        large.items[0].data += [UInt8](repeating: 0, count: 1 << 20)
        let count = large.file.count
        large.items += [HEIFBuilder.Item](
            repeating: HEIFBuilder.Item(type: "mime", extents: [(0, count)]), count: 100)
        #expect(Self.kind(large) == .tooMuchMemory)
        // Data in several places are joined.
        var parts = HEIFBuilder(picture)
        let whole = parts.file
        let start = whole.count - parts.items[0].data.count
        // The box with the places becomes 16 bytes longer.
        parts.items[0].extents = [(start + 16, 1), (start + 17, 9), (start + 26, whole.count - start - 10)]
        #expect(try DecodedPicture(parts.file) == DecodedPicture(whole))
    }

    @Test func `a file with any changed byte is refused or has a header within the limits`() throws {
        var random = SplitMix(seed: 14)
        for name in ["hevc-a", "av1-a"] {
            let picture = CodedPicture(name)
            let file = HEIFBuilder(
                rows: 1, columns: 2, 100, 64, [picture, picture],
                [HEIFBuilder.rotation(1), HEIFBuilder.crop(50, 50, x: 1, y: 1)]
            ).file
            for _ in 0..<3000 {
                var changed = file
                for _ in 0..<Int.random(in: 1...3, using: &random) {
                    changed[Int.random(in: 0..<700, using: &random)] = .random(in: 0...255, using: &random)
                }
                do throws(HEIFError) {
                    let header = try HEIFHeader(of: changed.span, limits: Self.limits)
                    #expect(header.width > 0 && header.height > 0)
                    #expect(header.width * header.height <= Self.limits.pixels)
                } catch {
                    #expect(error.kind != .internal)
                }
            }
        }
    }
}
