// SPDX-License-Identifier: Apache-2.0

import CPlainJPEG
import Glibc
import JPEGEncoder
import Pixelation
import Pixels
import Scripted
import Testing

/// The outputs of every kind of file that is decoded are compared with those made of three independent steps: libjpeg's
/// decoder, `PlainReduction` and `GridWriter`.
@Suite struct FormatTests {
    /// A kind of JPEG file that `CPlainJPEG` can make.
    struct Kind: Sendable, CustomTestStringConvertible {
        var name: String
        var components = 3
        /// The sampling factors (horizontal, vertical) of each component; empty for the default of libjpeg.
        var sampling: [(Int32, Int32)] = []
        var isUntransformed = false
        var isProgressive = false
        var isArithmetic = false
        var hasSeparateScans = false
        var restartInterval: Int32 = 0
        var testDescription: String { name }
    }

    static let kinds: [Kind] = [
        Kind(name: "gray", components: 1),
        Kind(name: "gray with sampling factors", components: 1, sampling: [(2, 2)]),
        Kind(name: "4:4:4", sampling: [(1, 1), (1, 1), (1, 1)]),
        Kind(name: "4:2:2", sampling: [(2, 1), (1, 1), (1, 1)]),
        Kind(name: "4:2:0", sampling: [(2, 2), (1, 1), (1, 1)]),
        Kind(name: "4:4:0", sampling: [(1, 2), (1, 1), (1, 1)]),
        Kind(name: "4:1:1", sampling: [(4, 1), (1, 1), (1, 1)]),
        Kind(name: "4:1:0", sampling: [(4, 2), (1, 1), (1, 1)]),
        Kind(name: "a third across", sampling: [(3, 1), (1, 1), (1, 1)]),
        Kind(name: "a third down", sampling: [(1, 3), (1, 1), (1, 1)]),
        Kind(name: "more chroma than luma", sampling: [(1, 1), (2, 2), (1, 1)]),
        Kind(name: "each component its own", sampling: [(2, 2), (2, 1), (1, 2)]),
        Kind(name: "RGB", isUntransformed: true),
        Kind(name: "RGB with less blue", sampling: [(2, 2), (2, 2), (1, 1)], isUntransformed: true),
        Kind(name: "CMYK", components: 4, isUntransformed: true),
        Kind(name: "YCCK", components: 4),
        Kind(name: "YCCK 4:2:0", components: 4, sampling: [(2, 2), (1, 1), (1, 1), (2, 2)]),
        Kind(name: "progressive", isProgressive: true),
        Kind(name: "progressive gray", components: 1, isProgressive: true),
        Kind(name: "progressive YCCK", components: 4, isProgressive: true),
        Kind(name: "arithmetic", isArithmetic: true),
        Kind(name: "progressive arithmetic", isProgressive: true, isArithmetic: true),
        Kind(name: "not interleaved", hasSeparateScans: true),
        Kind(name: "not interleaved 4:4:4", sampling: [(1, 1), (1, 1), (1, 1)], hasSeparateScans: true),
        Kind(name: "restart markers", restartInterval: 3),
        Kind(name: "progressive with restart markers", isProgressive: true, restartInterval: 1),
    ]

    @Test(arguments: kinds)
    func `outputs of every kind of file are those of the plain reduction`(_ kind: Kind) throws {
        var random = SplitMix(seed: 21)
        for (width, height) in [(97, 61), (16, 16), (1, 1), (3, 130), (200, 9)] {
            let file = try #require(Self.encode(kind, width, height, &random))
            var options = PixelationOptions()
            options.sizes = [8, 13]
            let result = try Pixelator(options).pixelate(file)
            let pixels = try #require(Self.decode(file, count: width * height * kind.components))
            // Pillow inverts CMYK pictures when it reads and when it writes them.
            let picture = kind.components == 4 ? pixels.map { ~$0 } : pixels
            let writer = GridWriter(width: width, height: height)
            for output in result.outputs {
                let samples = PlainReduction.grid(
                    picture, width: width, bands: kind.components, size: output.size)
                let grid = Grid(
                    size: output.size, color: ColorModel(components: kind.components), samples: samples)
                #expect(output.bytes == writer.encode(grid), "\(width) x \(height) n \(output.size)")
            }
        }
    }

    @Test func `the first of several pictures in a file is pixelated`() throws {
        var random = SplitMix(seed: 22)
        let first = try #require(Self.encode(Kind(name: ""), 120, 80, &random))
        let second = try #require(Self.encode(Kind(name: ""), 60, 40, &random))
        // The index of a multi-picture file (CIPA DC-007), which states where the other pictures are, is ignored.
        let index = PixelatorTests.with(
            [(0xE2, Array("MPF\0".utf8) + [UInt8](repeating: 0, count: 82))], in: first)
        let pixelator = Pixelator(PixelationOptions())
        let alone = try pixelator.pixelate(first).outputs.map(\.bytes)
        #expect(try pixelator.pixelate(index + second).outputs.map(\.bytes) == alone)
        #expect(try pixelator.pixelate(first + second).outputs.map(\.bytes) == alone)
    }

    /// Returns a file of random pixels; nil if libjpeg reports an error.
    static func encode(
        _ kind: Kind, _ width: Int, _ height: Int, _ random: inout SplitMix
    ) -> [UInt8]? {
        // The values of neighbouring pixels differ little, as in photographs, and sometimes much.
        var pixels: [UInt8] = []
        var levels = [UInt8](repeating: 128, count: kind.components)
        for _ in 0..<width * height {
            for band in levels.indices {
                levels[band] &+= UInt8.random(in: 0...8, using: &random) &- 4
                if Int.random(in: 0..<40, using: &random) == 0 {
                    levels[band] = .random(in: 0...255, using: &random)
                }
            }
            pixels += levels
        }
        return encode(kind, pixels, width, height)
    }

    /// Returns a file of a picture; nil if libjpeg reports an error.
    ///
    /// - Parameters:
    ///   - kind: The kind of the file.
    ///   - pixels: The samples, `components` bytes a pixel, rows from the top.
    ///   - width: The width of the picture in pixels.
    ///   - height: The height of the picture in pixels.
    static func encode(_ kind: Kind, _ pixels: [UInt8], _ width: Int, _ height: Int) -> [UInt8]? {
        var options = plain_options()
        options.width = Int32(width)
        options.height = Int32(height)
        options.components = Int32(kind.components)
        options.quality = 95
        options.untransformed = kind.isUntransformed
        options.progressive = kind.isProgressive
        options.arithmetic = kind.isArithmetic
        options.separate_scans = kind.hasSeparateScans
        options.restart_interval = kind.restartInterval
        withUnsafeMutableBytes(of: &options.horizontal) { bytes in
            let factors = bytes.bindMemory(to: Int32.self)
            for (index, (horizontal, _)) in kind.sampling.enumerated() { factors[index] = horizontal }
        }
        withUnsafeMutableBytes(of: &options.vertical) { bytes in
            let factors = bytes.bindMemory(to: Int32.self)
            for (index, (_, vertical)) in kind.sampling.enumerated() { factors[index] = vertical }
        }
        var file: UnsafeMutablePointer<UInt8>?
        let count = plain_encode(&options, pixels, &file)
        defer { free(file) }
        guard count > 0 else { return nil }
        return Array(UnsafeBufferPointer(start: file, count: count))
    }

    /// Returns the samples of a file as stored; nil if libjpeg reports an error or their number is not `count`.
    static func decode(_ file: [UInt8], count: Int) -> [UInt8]? {
        var pixels = [UInt8](repeating: 0, count: count)
        return plain_decode(file, file.count, &pixels, count) ? pixels : nil
    }
}
