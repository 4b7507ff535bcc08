// SPDX-License-Identifier: Apache-2.0

import PNGEncoder
import Pixels
import Scripted
import Testing

/// The lengths of small files for which a search for the cheapest tokens alone ends with more bytes than Pillow.
@Suite struct SmallFileTests {
    /// The kind, the colour model and the size of a grid, the seed of its samples and of the sides of its picture, and
    /// the length of the file by Pillow 12.1.1.
    private static let cases: [(RandomGrid, ColorModel, size: Int, seed: UInt64, pillow: Int)] = [
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

    @Test func `small files are no longer than those of Pillow`() {
        for (kind, color, size, seed, pillow) in Self.cases {
            var random = SplitMix(seed: seed)
            let width = Int.random(in: 5...70, using: &random)
            let height = Int.random(in: 5...40, using: &random)
            let file = PNGWriter(width: width, height: height).encode(kind.grid(size, color, &random))
            #expect(file.count <= pillow, "\(kind), \(color), \(size) cells, \(width) x \(height)")
        }
    }
}
