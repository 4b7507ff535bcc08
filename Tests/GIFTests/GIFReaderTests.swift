// SPDX-License-Identifier: Apache-2.0

import GIF
import GIFDecoder
import Pixels
import Scripted
import Testing

/// Damaged files, and pixels that few codes stand for.
@Suite struct GIFReaderTests {
    /// A part of the short files, which are few enough for a debug build.
    static let some = AnimationFile.all.enumerated()
        .filter { $0.offset % 3 == 0 && $0.element.bytes.count < 350 }.map(\.element)

    @Test(arguments: some)
    func `a file that is cut at any byte is refused or has the first frames`(_ file: AnimationFile) throws {
        let whole = try decode(file.bytes)
        var counts: Set<Int> = []
        for count in 0..<file.bytes.count {
            let part = Array(file.bytes[..<count])
            do throws(GIFError) {
                let (header, frames, wasTruncated) = try decode(part)
                // A file that ends between two frames is complete, as for Pillow.
                #expect(!wasTruncated && !header.isTruncated)
                #expect(frames.count <= whole.frames.count)
                if header.layout == whole.header.layout {
                    #expect(frames[...] == whole.frames[..<frames.count], "\(count)")
                }
            } catch {
                #expect(error.kind == .truncated, "\(count): \(error)")
            }
            do throws(GIFError) {
                let (header, frames, wasTruncated) = try decode(part, limits: .small.acceptingTruncated)
                let complete = header.isTruncated ? frames.count - 1 : frames.count
                #expect(!wasTruncated || header.isTruncated)
                counts.insert(complete)
                if header.layout == whole.header.layout {
                    #expect(frames[..<complete] == whole.frames[..<complete], "\(count)")
                }
            } catch {
                #expect(error.kind == .truncated, "\(count): \(error)")
            }
        }
        #expect(counts.isSuperset(of: 0..<whole.frames.count))
    }

    @Test func `missing pixels of a file that ends early are those of the canvas`() throws {
        let palette: [UInt8] = [10, 20, 30, 40, 50, 60]
        var file = GIFFile(width: 4, height: 2)
        file.bytes[10] = 0x80
        file = file.raw(palette).descriptor(width: 4, height: 2, bits: 2)
            .codes([(4, 3), (1, 3), (1, 3), (1, 3), (5, 4)])
        #expect(throws: GIFError.self) { try decode(file.trailer.bytes) }
        let (header, frames, wasTruncated) = try decode(file.trailer.bytes, limits: .small.acceptingTruncated)
        #expect(!header.isTruncated && wasTruncated)
        let (first, second) = ([10, 20, 30, 255] as [UInt8], [40, 50, 60, 255] as [UInt8])
        #expect(frames == [second + second + second + first + first + first + first + first])
    }

    @Test func `a code that stands for nothing yet is corrupt`() throws {
        for codes in [
            [(256, 9), (258, 9)], [(256, 9), (1, 9), (259, 9)], [(256, 9), (1, 9), (300, 9)], [(400, 9)],
        ] {
            let file = GIFFile(width: 40, height: 20).descriptor(width: 40, height: 20).codes(codes).trailer
            for limits in [GIFLimits.small, .small.acceptingTruncated] {
                let error = #expect(throws: GIFError.self) { try decode(file.bytes, limits: limits) }
                #expect(error?.kind == .corrupt)
            }
        }
    }

    @Test func `codes without a first clear code, and more codes than pixels, are read`() throws {
        let codes = [(7, 9), (258, 9), (259, 9), (256, 9), (8, 9), (9, 9), (9, 9), (10, 9)]
        let file = GIFFile(width: 4, height: 2).descriptor(width: 4, height: 2).codes(codes).trailer
        #expect(try decode(file.bytes).frames == [[7, 7, 7, 7, 7, 7, 8, 9]])
    }

    @Test func `few codes make a large picture, in parts`() throws {
        var limits = GIFLimits.small
        limits.pixels = 4_000_000
        let file = GIFFile(width: 2000, height: 2000).level(width: 2000, height: 2000).trailer
        #expect(file.bytes.count < 8000)
        let header = try GIFHeader(of: file.bytes.span, limits: limits)
        var reader = GIFReader(file.bytes.span, header, acceptsTruncated: false)
        reader.beginFrame(file.bytes.span)
        var parts = 1
        while try reader.decode(file.bytes.span) { parts += 1 }
        #expect(parts == 16)
        var row = [UInt8](repeating: 0, count: 2000)
        for y in [0, 1, 1999] {
            var span = row.mutableSpan
            reader.readGrayRow(y, into: &span)
            #expect(row.allSatisfy { $0 == 7 })
        }
    }

    @Test(arguments: AnimationFile.all)
    func `a file with any changed byte is refused or decoded`(_ file: AnimationFile) throws {
        var random = SplitMix(seed: 14)
        for _ in 0..<100 {
            var changed = file.bytes
            for _ in 0..<Int.random(in: 1...3, using: &random) {
                changed[.random(in: 6..<changed.count, using: &random)] = .random(in: 0...255, using: &random)
            }
            // A few bytes can announce a large picture, which takes long in a debug build.
            var limits = GIFLimits.small.acceptingTruncated
            (limits.pixels, limits.framePixels) = (5000, 10_000)
            do throws(GIFError) {
                let (header, frames, _) = try decode(changed, limits: limits)
                let bytes = header.width * header.height * header.layout.stride
                #expect(frames.count == header.frames.count)
                #expect(frames.allSatisfy { $0.count == bytes })
            } catch {
                #expect(GIFError.Kind.allCases.contains(error.kind))
            }
        }
    }
}
