// SPDX-License-Identifier: Apache-2.0

import CPlainWebP
import Pixels
import Scripted
import Testing

@testable import WebPEncoder

/// The files of `WebPWriter` are decoded by libwebp and compared with the pictures that they shall show.
@Suite struct WebPWriterTests {
    static let colors: [ColorModel] = [.gray, .grayAlpha, .rgb, .rgba]

    private func expectPicture(_ grid: Grid, _ width: Int, _ height: Int, seed: UInt64 = 0) throws {
        let file = WebPWriter(width: width, height: height).encode(grid)
        let bound = WebPWriter.Bound(width: width, height: height, size: grid.size)
        #expect(file.count <= bound.fileBytes, "n \(grid.size), \(width) x \(height), seed \(seed)")
        let decoded = PlainWebP.decode(file, width: width, height: height)
        guard decoded != grid.picture(width: width, height: height) else { return }
        let problem = decoded == nil ? "no picture" : "other pixels"
        Issue.record("n \(grid.size), \(grid.color), \(width) x \(height), seed \(seed): \(problem)")
    }

    @Test(arguments: colors)
    func `files of small pictures of every size show their grids`(color: ColorModel) throws {
        var generator = SplitMix(seed: 1)
        for width in 1...16 {
            for height in 1...16 {
                let n = Int.random(in: 1...12, using: &generator)
                try expectPicture(.random(size: n, color: color, using: &generator), width, height)
            }
        }
    }

    @Test(arguments: colors)
    func `files of random grids and sizes show their grids`(color: ColorModel) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed), \(color)")
        var generator = SplitMix(seed: seed)
        for round in 0..<120 {
            let n = Int.random(in: 1...(round % 20 == 0 ? 256 : 24), using: &generator)
            let longest = round % 20 == 0 ? 600 : 150
            let width = Int.random(in: 1...longest, using: &generator)
            let height = Int.random(in: 1...longest, using: &generator)
            try expectPicture(.random(size: n, color: color, using: &generator), width, height, seed: seed)
        }
    }

    /// The cells are larger than tiles, so that most files have groups of prefix codes.
    @Test(arguments: colors)
    func `files of pictures with large cells show their grids`(color: ColorModel) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed), \(color)")
        var generator = SplitMix(seed: seed)
        for _ in 0..<12 {
            let n = Int.random(in: 1...16, using: &generator)
            let width =
                n * Int.random(in: 6...60, using: &generator) + Int.random(in: 0..<n, using: &generator)
            let height =
                n * Int.random(in: 6...60, using: &generator) + Int.random(in: 0..<n, using: &generator)
            try expectPicture(.random(size: n, color: color, using: &generator), width, height, seed: seed)
        }
    }

    @Test(arguments: [(16383, 3), (3, 16383), (16383, 65), (5003, 211), (12289, 140), (40, 16383)])
    func `files of pictures with long sides show their grids`(width: Int, height: Int) throws {
        var generator = SplitMix(seed: 2)
        for n in [1, 2, 8, 64] {
            for color in [ColorModel.rgb, .rgba] {
                try expectPicture(.random(size: n, color: color, using: &generator), width, height)
            }
        }
    }

    @Test(arguments: colors)
    func `files of grids with the colours around the largest palettes show their grids`(
        color: ColorModel
    ) throws {
        for count in [1, 2, 3, 4, 5, 15, 16, 17, 255, 256, 257] {
            let samples = (0..<18 * 18).flatMap { cell -> [UInt8] in
                let index = cell % count
                // The last of 257 colours differs from the first in its second sample alone.
                return (0..<color.bands).map { $0 == 0 ? UInt8(index & 255) : UInt8((index >> 8) * 9 + 3) }
            }
            try expectPicture(Grid(size: 18, color: color, samples: samples), 61, 47)
        }
    }

    @Test func `a file is the same each time`() {
        var generator = SplitMix(seed: 3)
        for n in [3, 16, 64] {
            let grid = Grid.random(size: n, color: .rgba, using: &generator)
            let writer = WebPWriter(width: 640, height: 480)
            #expect(writer.encode(grid) == writer.encode(grid))
        }
    }

    @Test func `the predicted number of bits is the length of the bitstream`() {
        var generator = SplitMix(seed: 7)
        for side in [1, 9, 40, 130, 500] {
            for n in [1, 3, 8, 16, 64] {
                for color in Self.colors {
                    let grid = Grid.random(size: n, color: color, using: &generator)
                    let cells = VP8LCells(grid, width: side, height: side)
                    let bits = VP8LPlan.best(for: cells).bits
                    #expect(WebPWriter.bitstream(cells).count == (bits + 7) / 8, "\(n), \(side), \(color)")
                }
            }
        }
    }

    @Test func `the header states transparency only if a pixel is transparent`() throws {
        var samples = [UInt8](repeating: 255, count: 4 * 4 * 4)
        func hasAlpha() -> Bool? {
            let grid = Grid(size: 4, color: .rgba, samples: samples)
            return PlainWebP.info(WebPWriter(width: 40, height: 40).encode(grid))?.has_alpha
        }
        #expect(hasAlpha() == false)
        samples[7] = 254
        #expect(hasAlpha() == true)
    }

    @Test func `a profile makes an extended file that shows the same picture`() throws {
        var generator = SplitMix(seed: 4)
        for count in [1, 2, 3001] {
            let profile = (0..<count).map { UInt8(truncatingIfNeeded: $0) }
            let grid = Grid.random(size: 8, color: .rgba, using: &generator)
            let writer = WebPWriter(width: 90, height: 70, attachments: .init(iccProfile: profile))
            let file = writer.encode(grid)
            let plain = WebPWriter(width: 90, height: 70).encode(grid)
            #expect(file.count == plain.count + WebPWriter.attachmentBytes(profile: count))
            #expect(file[30..<34].elementsEqual("ICCP".utf8))
            #expect(Array(file[38..<38 + count]) == profile)
            #expect(
                PlainWebP.decode(file, width: 90, height: 70) == grid.picture(width: 90, height: 70))
        }
    }
}
