// SPDX-License-Identifier: Apache-2.0

import CPlainWebP
import Pixels
import Scripted
import Testing

@testable import WebPEncoder

/// The animations of `WebPWriter` are decoded by libwebp and compared with the pictures that they shall show.
@Suite struct AnimationTests {
    /// Returns a grid of which some cells, or none, have other colours.
    private func changed(_ grid: Grid, using generator: inout SplitMix) -> Grid {
        var samples = grid.samples
        for _ in 0..<Int.random(in: 0...3, using: &generator) {
            samples[Int.random(in: 0..<samples.count, using: &generator)] &+= 100
        }
        return Grid(size: grid.size, color: grid.color, samples: samples)
    }

    @Test(arguments: WebPWriterTests.colors)
    func `an animation has the frames, times and repetitions that it shall have`(color: ColorModel) throws {
        var generator = SplitMix(seed: 5)
        for round in 0..<12 {
            let (width, height) = (
                Int.random(in: 1...130, using: &generator), Int.random(in: 1...130, using: &generator)
            )
            var grid = Grid.random(
                size: Int.random(in: 1...10, using: &generator), color: color, using: &generator)
            var frames: [(grid: Grid, milliseconds: Int)] = []
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                frames.append((grid, Int.random(in: 0...500, using: &generator)))
                grid = changed(grid, using: &generator)
            }
            let file = WebPWriter(width: width, height: height)
                .encode(frames: frames, loops: round, background: 0x1122_3344)
            let info = try #require(PlainWebP.info(file))
            #expect(Int(info.frames) == frames.count && Int(info.loops) == round)
            #expect(info.background == 0x1122_3344)
            let bound = WebPWriter.Bound(width: width, height: height, size: grid.size)
            #expect(file.count <= bound.fileBytes(frames: frames.count))
            let decoded = try #require(PlainWebP.frames(file))
            var end = 0
            for (index, frame) in frames.enumerated() {
                end += frame.milliseconds
                #expect(decoded.ends[index] == end)
                let picture = frame.grid.picture(width: width, height: height)
                #expect(decoded.canvases[index] == picture, "round \(round), frame \(index)")
            }
        }
    }

    /// The codes of an image of one row of cells have no group for tiles that lead to a cell.
    @Test func `a frame of one row of cells shows it`() throws {
        var generator = SplitMix(seed: 8)
        for cell in 9...30 {
            let (width, height) = (12 * cell + 5, 12 * cell)
            let grid = Grid.random(size: 12, color: .rgb, using: &generator)
            var samples = grid.samples
            for index in 5 * 36..<6 * 36 { samples[index] = UInt8.random(in: 0...255, using: &generator) }
            let other = Grid(size: 12, color: .rgb, samples: samples)
            let file = WebPWriter(width: width, height: height)
                .encode(frames: [(grid, 10), (other, 10)], loops: 0)
            let decoded = try #require(PlainWebP.frames(file))
            #expect(decoded.canvases[1] == other.picture(width: width, height: height), "\(cell)")
        }
    }

    @Test func `a frame without changes takes one pixel`() {
        var generator = SplitMix(seed: 6)
        let grid = Grid.random(size: 64, color: .rgb, using: &generator)
        let writer = WebPWriter(width: 1000, height: 700)
        let one = writer.encode(frames: [(grid, 10)], loops: 0)
        let ten = writer.encode(frames: (0..<10).map { _ in (grid, 10) }, loops: 0)
        #expect(ten.count < one.count + 9 * 70)
    }
}
