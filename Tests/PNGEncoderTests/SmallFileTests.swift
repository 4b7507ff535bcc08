// SPDX-License-Identifier: Apache-2.0

import PNGEncoder
import Pixels
import Scripted
import Testing

/// The lengths of small files for which a search for the cheapest tokens alone ends with more bytes than Pillow.
@Suite struct SmallFileTests {
    /// The kind, the colour model and the size of a grid, the seed of its samples and of the sides of its picture, and
    /// the length of the file by Pillow 12.1.1.
    private typealias Case = (RandomGrid, ColorModel, size: Int, seed: UInt64, pillow: Int)

    /// Pictures of up to 70 pixels.
    private static let smallest: [Case] = [
        (.grayColors, .gray, 16, 4, 363),
        (.noise, .grayAlpha, 32, 9, 2573),
        (.grayColors, .gray, 16, 28, 378),
        (.noise, .gray, 32, 32, 1186),
        (.grayColors, .gray, 32, 32, 808),
        (.halfOpaque, .gray, 32, 32, 1186),
        (.grayColors, .gray, 32, 44, 806),
        (.grayColors, .gray, 16, 52, 336),
        (.grayColors, .gray, 8, 60, 206),
        (.grayColors, .gray, 16, 64, 292),
        (.grayColors, .gray, 32, 80, 935),
        (.noise, .gray, 32, 92, 1338),
        (.halfOpaque, .gray, 32, 92, 1338),
        (.noise, .grayAlpha, 32, 93, 2332),
        (.noise, .grayAlpha, 32, 105, 1293),
        (.grayColors, .gray, 16, 112, 359),
        (.grayColors, .gray, 32, 116, 957),
    ]

    /// Pictures of 100 to 400 pixels, with blank rows, with colours that change in steps, or with holes. Pillow wrote the
    /// one with holes as gray with a transparent gray.
    private static let larger: [Case] = [
        (.text, .gray, 32, 1, 520),
        (.text, .gray, 32, 6, 425),
        (.text, .grayAlpha, 32, 1, 672),
        (.tiles, .gray, 32, 2, 1130),
        (.gradient, .gray, 32, 4, 696),
        (.gradient, .grayAlpha, 32, 6, 1324),
        (.gradient, .rgb, 32, 7, 1240),
        (.gradient, .rgba, 32, 6, 2044),
        (.cutout, .grayAlpha, 32, 3, 2423),
    ]

    private func compare(_ cases: [Case], widths: ClosedRange<Int>, heights: ClosedRange<Int>) {
        for (kind, color, size, seed, pillow) in cases {
            var random = SplitMix(seed: seed)
            let width = Int.random(in: widths, using: &random)
            let height = Int.random(in: heights, using: &random)
            let file = PNGWriter(width: width, height: height).encode(kind.grid(size, color, &random))
            #expect(
                file.count <= pillow,
                "\(kind), \(color), \(size) cells, \(width) x \(height): \(file.count) for \(pillow)")
        }
    }

    @Test func `small files are no longer than those of Pillow`() {
        compare(Self.smallest, widths: 5...70, heights: 5...40)
        compare(Self.larger, widths: 100...400, heights: 100...400)
    }

    @Test(arguments: [ColorModel.grayAlpha, .rgba])
    func `one transparent colour needs no alpha samples`(color: ColorModel) throws {
        let opaque: [UInt8] = color == .rgba ? [1, 2, 3, 255] : [3, 255]
        let clear: [UInt8] = color == .rgba ? [9, 8, 7, 0] : [9, 0]
        let key: [UInt8] = color == .rgba ? [0, 9, 0, 8, 0, 7] : [0, 9]
        // More than 256 colours, which have no palette, or more gray levels than are worth one.
        var samples: [UInt8] = []
        for cell in 0..<1024 {
            var pixel = cell % 7 == 0 ? clear : opaque
            if cell % 7 > 0 { pixel[0] = UInt8(10 + cell * 37 % 240) }
            if cell % 7 > 0, color == .rgba { pixel[1] = UInt8(cell / 8) }
            samples += pixel
        }
        let writer = PNGWriter(width: 200, height: 150)
        let file = writer.encode(Grid(size: 32, color: color, samples: samples))
        #expect(file[25] == (color == .rgba ? 2 : 0))
        #expect(Array(file[33..<41 + key.count]) == [0, 0, 0, UInt8(key.count)] + Array("tRNS".utf8) + key)

        // The same colour is also opaque, or another alpha value occurs: the samples of alpha are needed.
        for (place, alpha) in [(7, UInt8(255)), (1, 254)] {
            var others = samples
            others[(place + 1) * color.bands - 1] = alpha
            let other = writer.encode(Grid(size: 32, color: color, samples: others))
            #expect(other[25] == (color == .rgba ? 6 : 4))
        }
    }
}
