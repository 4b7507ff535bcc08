// SPDX-License-Identifier: Apache-2.0

import CPlainPNG
import PNGEncoder
import Pixels
import Scripted
import Testing

/// The files of `PNGWriter` are decoded by libpng and compared with the pictures that they show.
@Suite struct PNGWriterTests {
    /// The IHDR chunk of a file.
    private func header(_ file: [UInt8]) -> plain_png {
        var header = plain_png()
        #expect(plain_png_header(file, file.count, &header))
        return header
    }

    private func expectExact(_ grid: Grid, _ width: Int, _ height: Int, _ name: String) {
        let file = PNGWriter(width: width, height: height).encode(grid)
        let header = header(file)
        #expect(header.width == UInt32(width) && header.height == UInt32(height) && !header.interlaced)
        var decoded = [UInt8](repeating: 0, count: 4 * width * height)
        let isRead = plain_png_decode(file, file.count, &decoded, decoded.count)
        #expect(isRead, "\(name), \(grid.color), n \(grid.size), \(width) x \(height)")
        let isExact = decoded == RandomGrid.pixels(grid, width: width, height: height)
        #expect(isExact, "\(name), \(grid.color), n \(grid.size), \(width) x \(height)")
    }

    @Test(arguments: RandomGrid.models)
    func `files of small pictures of every size have the pixels of the grid`(color: ColorModel) {
        var random = SplitMix(seed: 1)
        for width in 1...16 {
            for height in 1...16 {
                let size = Int.random(in: 1...24, using: &random)
                let kind = RandomGrid.allCases.randomElement(using: &random) ?? .noise
                expectExact(kind.grid(size, color, &random), width, height, "\(kind)")
            }
        }
    }

    @Test(arguments: RandomGrid.models)
    func `files of random grids and sizes have the pixels of the grid`(color: ColorModel) {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed), \(color)")
        var random = SplitMix(seed: seed)
        for round in 0..<65 {
            let size = Int.random(in: 1...(round % 10 == 0 ? 64 : 12), using: &random)
            let longest = round % 20 == 0 ? 300 : 60
            let width = Int.random(in: 1...longest, using: &random)
            let height = Int.random(in: 1...longest, using: &random)
            let kind = RandomGrid.allCases[round % RandomGrid.allCases.count]
            expectExact(kind.grid(size, color, &random), width, height, "\(kind), seed \(seed)")
        }
    }

    /// Repeated rows are longer than a match, end before and behind its end, and exceed the window.
    @Test(arguments: [
        255, 256, 257, 258, 259, 260, 515, 516, 8191, 8192, 10_922, 10_923, 32_767, 32_768, 40_000,
    ])
    func `files of pictures with many equal rows have the pixels of the grid`(width: Int) {
        var random = SplitMix(seed: UInt64(width))
        for color in RandomGrid.models {
            for kind in [RandomGrid.noise, .columns, .gradient] {
                let size = [1, 3, 8].randomElement(using: &random) ?? 3
                let height = max(size, 100_000 / width + Int.random(in: 0...3, using: &random))
                expectExact(kind.grid(size, color, &random), width, height, "\(kind)")
            }
        }
    }

    @Test(arguments: [(65500, 3), (3, 65500), (65500, 17), (1, 65500), (65500, 1)])
    func `files of pictures with the longest sides have the pixels of the grid`(width: Int, height: Int) {
        var random = SplitMix(seed: 2)
        for size in [1, 8, 64] {
            expectExact(RandomGrid.noise.grid(size, .rgba, &random), width, height, "noise")
        }
    }

    @Test(arguments: RandomGrid.models)
    func `files of grids with the colours around the largest palettes have the pixels of the grid`(
        color: ColorModel
    ) {
        for count in [1, 2, 3, 4, 5, 15, 16, 17, 255, 256, 257] {
            let samples = (0..<18 * 18).flatMap { cell -> [UInt8] in
                let index = cell % count
                // The last of 257 colours differs from the first in its second sample alone.
                return (0..<color.bands).map { $0 == 0 ? UInt8(index & 255) : UInt8((index >> 8) * 9 + 3) }
            }
            expectExact(Grid(size: 18, color: color, samples: samples), 61, 47, "\(count) colours")
        }
    }

    @Test func `a grid of few colours becomes a palette or gray of few bits`() {
        func format(_ color: ColorModel, _ samples: [UInt8], side: Int = 64) -> [Int32] {
            let grid = Grid(size: 2, color: color, samples: samples)
            let header = header(PNGWriter(width: side, height: side).encode(grid))
            return [header.color_type, header.depth]
        }
        #expect(format(.gray, [0, 255, 255, 0]) == [0, 1])
        #expect(format(.gray, [0, 85, 170, 255]) == [0, 2])
        #expect(format(.gray, [0, 17, 34, 255]) == [0, 4])
        #expect(format(.rgb, [7, 7, 7, 7, 7, 7, 9, 9, 9, 9, 9, 9], side: 8) == [0, 8])
        #expect(format(.rgb, [1, 2, 3, 1, 2, 3, 4, 5, 6, 4, 5, 6], side: 900) == [3, 1])
        #expect(format(.rgba, [1, 2, 3, 255, 1, 2, 3, 0, 4, 5, 6, 9, 4, 5, 6, 7], side: 900) == [3, 2])
    }

    @Test func `a file with a profile keeps gray as gray and colours as colours`() throws {
        let gray: [UInt8] = [0, 255, 9, 9]
        let profile = PNGWriter.Attachments(iCCP: [0x78, 0, 0, 1, 2, 3])
        for (grid, type) in [
            (Grid(size: 2, color: .gray, samples: gray), Int32(0)),
            (Grid(size: 2, color: .rgb, samples: gray.flatMap { [$0, $0, $0] }), 3),
        ] {
            let file = PNGWriter(width: 2000, height: 2000, attachments: profile).encode(grid)
            // libpng refuses the profile, which is none.
            #expect(Int32(file[25]) == type)
        }
    }

    @Test func `attachments are chunks of their types before the data`() {
        let attachments = PNGWriter.Attachments(
            iCCP: [1, 2, 3], gAMA: [4], cHRM: [5, 6], sRGB: [7], cICP: [8, 9])
        let grid = Grid(size: 1, color: .gray, samples: [77])
        let file = PNGWriter(width: 5, height: 5, attachments: attachments).encode(grid)
        var chunks: [String: [UInt8]] = [:]
        var order: [String] = []
        var at = 8
        while at < file.count {
            let length = file[at..<at + 4].reduce(0) { $0 << 8 | Int($1) }
            let type = String(decoding: file[at + 4..<at + 8], as: UTF8.self)
            chunks[type] = Array(file[at + 8..<at + 8 + length])
            order.append(type)
            at += 12 + length
        }
        #expect(order == ["IHDR", "cICP", "iCCP", "sRGB", "gAMA", "cHRM", "IDAT", "IEND"])
        #expect(chunks["iCCP"] == [1, 2, 3] && chunks["gAMA"] == [4] && chunks["cHRM"] == [5, 6])
        #expect(chunks["sRGB"] == [7] && chunks["cICP"] == [8, 9])
        let plain = PNGWriter(width: 5, height: 5).encode(grid)
        #expect(file.count == plain.count + attachments.bytes)
    }

    @Test func `the same grid has the same file every time`() {
        var random = SplitMix(seed: 5)
        for kind in RandomGrid.allCases {
            let grid = kind.grid(12, .rgba, &random)
            let writer = PNGWriter(width: 150, height: 90)
            let first = writer.encode(grid)
            for _ in 0..<3 { #expect(writer.encode(grid) == first) }
        }
    }
}
