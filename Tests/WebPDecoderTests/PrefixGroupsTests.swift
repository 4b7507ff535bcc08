// SPDX-License-Identifier: Apache-2.0

import CAllocationCount
import Pixels
import Scripted
import Testing
import WebP

@testable import WebPDecoder

/// The groups of prefix codes that are counted before libwebp decodes a lossless bitstream.
@Suite struct PrefixGroupsTests {
    /// Returns the groups of the first frame of a file; nil if they cannot be counted.
    private func groups(_ file: [UInt8]) throws -> PrefixGroups? {
        let header = try WebPHeader(of: file.span, limits: PlainPicture.limits)
        let lossless = header.frames[0].lossless(in: file.span)
        let range = try #require(lossless)
        return PrefixGroups(
            of: file.span, in: range, width: header.frames[0].width, height: header.frames[0].height)
    }

    private static func hostile(_ name: String) throws -> [UInt8] {
        try #require(HostileFile.all.first { $0.name == "WebP: \(name)" }).make()
    }

    /// A picture of which some rectangles are noise, some level and some gradients, so that libwebp writes several
    /// groups.
    private static func quilt(_ width: Int, _ height: Int, _ random: inout SplitMix) -> PlainPicture {
        var picture = PlainPicture(width, height, &random)
        let side = 64
        for y in 0..<height {
            for x in 0..<width {
                let kind = (x / side * 7 + y / side * 3) % 5
                for band in 0..<3 {
                    let at = (y * width + x) * 4 + band
                    switch kind {
                    case 0: picture.pixels[at] = UInt8(truncatingIfNeeded: random.next())
                    case 1: picture.pixels[at] = UInt8(band * 50 + x / side)
                    case 2: picture.pixels[at] = UInt8((x * (band + 1) + y * 3) & 0xF0)
                    case 3: picture.pixels[at] = UInt8(truncatingIfNeeded: random.next() % 7 * 30)
                    default: break
                    }
                }
            }
        }
        return picture
    }

    @Test func `the groups of files that state them are counted`() throws {
        #expect(try groups(Self.hostile("800 groups of prefix codes"))?.count == 800)
        #expect(try groups(Self.hostile("65,536 groups of prefix codes"))?.count == 65_536)
        #expect(try groups(Self.hostile("600 x 600 pixels of no bits, lossless"))?.count == 1)
    }

    @Test func `the tables of files by libwebp take a part of the memory that it allocates`() throws {
        var random = SplitMix(seed: 1)
        var most = 0
        for (width, height) in [(640, 384), (256, 900), (37, 500)] {
            let file = Self.quilt(width, height, &random).file(quality: nil)
            let found = try #require(try groups(file))
            most = max(most, found.count)
            allocation_count_begin()
            #expect(PlainPicture.refusal(file) == nil)
            let peak = Int(allocation_count_peak())
            guard allocation_count_works() else { continue }
            #expect(found.tableBytes < peak && found.tableBytes > 12_000)
        }
        #expect(most > 3, "\(most) groups")
    }

    @Test func `the groups of every file that libwebp decodes are counted`() throws {
        var random = SplitMix(seed: 2)
        let grids = (0..<6).map { _ in PlainPicture(70, 50, alpha: { UInt8($0 & 3) }, &random) }
        var files = grids.map { $0.file(quality: nil) }
        for colors in [2, 4, 16, 200] {
            var picture = grids[0]
            for at in picture.pixels.indices { picture.pixels[at] = UInt8(at / 4 * 37 % colors) }
            files.append(picture.file(quality: nil))
        }
        files.append(Self.quilt(200, 130, &random).file(quality: nil))
        var (decoded, counted) = (0, 0)
        for file in files {
            #expect(try groups(file) != nil)
            for _ in 0..<150 {
                var file = file
                // The images before the pixels are in the first bytes.
                for _ in 0..<2 {
                    let at = Int.random(in: 25..<min(300, file.count), using: &random)
                    file[at] ^= 1 << UInt8.random(in: 0...7, using: &random)
                }
                guard PlainPicture.refusal(file) == nil else { continue }
                decoded += 1
                counted += try groups(file) == nil ? 0 : 1
            }
        }
        #expect(decoded > 100 && counted == decoded)
    }

    @Test func `a file with many groups is refused before libwebp allocates their tables`() throws {
        for name in ["", " in the alpha", " in the second frame"] {
            let file = try Self.hostile("65,536 groups of prefix codes" + name)
            allocation_count_begin()
            let error = PlainPicture.refusal(file)
            #expect(
                error?.kind == .tooMuchMemory && error?.detail.contains("65536 groups") == true, "\(name)")
            if allocation_count_works() { #expect(allocation_count_peak() < 40 << 20, "\(name)") }
        }
        #expect(PlainPicture.refusal(try Self.hostile("800 groups of prefix codes")) == nil)
    }
}
