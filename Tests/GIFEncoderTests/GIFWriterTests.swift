// SPDX-License-Identifier: Apache-2.0

import CAllocationCount
import Foundation
import GIFEncoder
import Pixels
import Scripted
import Testing

/// Files of random grids, decoded by giflib and by the decoder of the project.
@Suite struct GIFWriterTests {
    /// A random grid of some colours.
    ///
    /// - Parameter colors: The number of different colours at most.
    static func grid(
        _ size: Int, _ color: ColorModel, colors: Int, _ random: inout SplitMix
    ) -> Grid {
        let list = (0..<colors).map { _ in
            (0..<color.bands).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
        let flat = Int.random(in: 1...8, using: &random)
        var cell = list[0]
        var samples: [UInt8] = []
        for _ in 0..<size * size {
            if Int.random(in: 0..<flat, using: &random) == 0 {
                cell = list.randomElement(using: &random) ?? cell
            }
            samples += cell
        }
        return Grid(size: size, color: color, samples: samples)
    }

    static let models: [ColorModel] = [.gray, .grayAlpha, .rgb, .rgba]

    @Test(arguments: 0..<40)
    func `grids of up to 256 colours are shown exactly`(_ seed: Int) throws {
        var random = SplitMix(seed: UInt64(seed))
        for number in 0..<25 {
            let color = Self.models[number % 4]
            let size = Int.random(in: 1...20, using: &random)
            let width = Int.random(in: 1...90, using: &random)
            let height = Int.random(in: 1...90, using: &random)
            let count = [1, 2, 3, 4, 5, 8, 16, 17, 40, 255].randomElement(using: &random) ?? 1
            let grid = Self.grid(size, color, colors: count, &random)
            let file = GIFWriter(width: width, height: height).encode(grid)
            let shown = GIFPicture.shown(grid, width: width, height: height)
            let picture = try GIFPicture(file)
            #expect(picture.width == width && picture.height == height)
            #expect(picture.frames == [shown], "\(size) \(width) x \(height)")
            #expect(try GIFPicture.decoded(file) == [shown])
        }
    }

    @Test(arguments: [(256, false), (255, true)])
    func `the largest palette is exact`(_ count: Int, _ hasAlpha: Bool) throws {
        let cells = (0..<256).flatMap { (index: Int) -> [UInt8] in
            let color = [UInt8(index), UInt8(index * 7 & 255), 9]
            return hasAlpha ? color + [index < count ? 255 : 0] : color
        }
        let grid = Grid(size: 16, color: hasAlpha ? .rgba : .rgb, samples: cells)
        let picture = try GIFPicture(GIFWriter(width: 50, height: 40).encode(grid))
        #expect(picture.frames == [GIFPicture.shown(grid, width: 50, height: 40)])
        #expect(picture.indices[0].colors == 256)
    }

    @Test(arguments: [(32, ColorModel.rgb), (48, .rgba), (64, .rgb), (100, .rgba)])
    func `more colours are quantized with a small error`(_ size: Int, _ color: ColorModel) throws {
        // A smooth picture with as many colours as cells.
        let cells = (0..<size * size).flatMap { (cell: Int) -> [UInt8] in
            let (x, y) = (cell % size, cell / size)
            let rgb = [255 * x / size, 255 * y / size, 127 + 120 * (x - y) / size].map { UInt8($0) }
            return color == .rgba ? rgb + [x + y < size / 4 ? 90 : 200] : rgb
        }
        let grid = Grid(size: size, color: color, samples: cells)
        let writer = GIFWriter(width: 131, height: 97)
        let file = writer.encode(grid)
        #expect(file == writer.encode(grid))
        let shown = GIFPicture.shown(grid, width: 131, height: 97)
        let picture = try GIFPicture(file)
        let (squares, areAlike) = GIFPicture.error(picture.frames[0], shown)
        #expect(areAlike)
        // The colours are in a parallelogram with an area of 78100. Squares of a 256th of it have sides of 17.5 and
        // a mean squared error of 17.5 * 17.5 / 6.
        #expect(squares < 51 * 131 * 97, "\(Double(squares) / (131 * 97))")
        #expect(try GIFPicture.decoded(file) == picture.frames)
    }

    @Test(arguments: 0..<12)
    func `the data are those of the usual LZW encoder`(_ seed: Int) throws {
        var random = SplitMix(seed: UInt64(seed))
        let size = [1, 8, 16, 64][seed % 4]
        let grid = Self.grid(size, .rgb, colors: [1, 3, 20, 200][seed / 4], &random)
        let file = GIFWriter(width: 300 + seed, height: 200).encode(grid)
        let picture = try GIFPicture(file)
        let (pixels, colors) = picture.indices[0]
        let bits = max(2, (colors - 1).bitWidth - (colors - 1).leadingZeroBitCount)
        let data = PlainLZW.data(pixels, literalBits: bits)
        #expect(file.suffix(data.count + 1) == data + [0x3B])
    }

    @Test func `a side of one pixel and the longest sides are written`() throws {
        var random = SplitMix(seed: 5)
        let grid = Self.grid(64, .rgb, colors: 200, &random)
        for (width, height) in [(1, 1), (65500, 1), (1, 65500), (65500, 3), (63, 64), (64, 64), (65, 1)] {
            let picture = try GIFPicture(GIFWriter(width: width, height: height).encode(grid))
            #expect(picture.frames == [GIFPicture.shown(grid, width: width, height: height)])
        }
    }

    @Test(arguments: [1, 4, 8, 16, 32, 64])
    func `files and memory are within their bounds`(_ size: Int) {
        var random = SplitMix(seed: 3)
        for (width, height) in [(1, 1), (9, 700), (700, 9), (64, 64), (400, 300), (1500, 800)] {
            for colors in [2, 256, 5000] {
                let grids = (0..<3).map { _ in Self.grid(size, .rgba, colors: colors, &random) }
                for count in [1, 3] {
                    let bound = GIFWriter.Bound(width: width, height: height, size: size, frames: count)
                    let frames = grids.prefix(count).map { GIFWriter.Frame($0, milliseconds: 10) }
                    allocation_count_begin()
                    let file = GIFWriter(width: width, height: height).encode(Array(frames), loops: 0) {}
                    let peak = Int(allocation_count_peak())
                    #expect(file.count <= bound.fileBytes)
                    #expect(peak <= bound.workingSetBytes + bound.fileBytes, "\(width) x \(height)")
                }
            }
        }
    }
}
