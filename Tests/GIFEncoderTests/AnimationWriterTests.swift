// SPDX-License-Identifier: Apache-2.0

import Foundation
import GIFEncoder
import Pixels
import Scripted
import Testing

/// Files of random animations, decoded by giflib and by the decoder of the project.
@Suite struct AnimationWriterTests {
    /// Returns frames of which each differs from the one before in some cells, or in all, or in none.
    static func frames(
        _ count: Int, _ size: Int, _ color: ColorModel, colors: Int, _ random: inout SplitMix
    ) -> [GIFWriter.Frame] {
        var grid = GIFWriterTests.grid(size, color, colors: colors, &random)
        return (0..<count).map { index in
            let other = GIFWriterTests.grid(size, color, colors: colors, &random)
            let share = [0, 5, 50, 100].randomElement(using: &random) ?? 0
            if index > 0 {
                var samples = grid.samples
                for cell in 0..<size * size where Int.random(in: 0..<100, using: &random) < share {
                    let range = cell * color.bands..<(cell + 1) * color.bands
                    samples.replaceSubrange(range, with: other.samples[range])
                }
                grid = Grid(size: size, color: color, samples: samples)
            }
            return GIFWriter.Frame(grid, milliseconds: 10 * Int.random(in: 0...50, using: &random))
        }
    }

    @Test(arguments: 0..<30)
    func `frames, durations and repetitions are those that were given`(_ seed: Int) throws {
        var random = SplitMix(seed: UInt64(seed))
        for number in 0..<12 {
            let color = GIFWriterTests.models[number % 4]
            let size = Int.random(in: 1...16, using: &random)
            let (width, height) = (
                Int.random(in: 1...60, using: &random), Int.random(in: 1...60, using: &random)
            )
            // All frames have up to 256 colours together, or only each frame has.
            let colors = [2, 5, 30, 120].randomElement(using: &random) ?? 2
            let frames = Self.frames(
                .random(in: 2...7, using: &random), size, color, colors: colors, &random)
            let loops = [nil, 0, 1, 65535].randomElement(using: &random) ?? nil
            let file = GIFWriter(width: width, height: height).encode(frames, loops: loops) {}
            let picture = try GIFPicture(file)
            let shown = frames.map { GIFPicture.shown($0.grid, width: width, height: height) }
            #expect(picture.frames == shown, "\(number)")
            #expect(picture.delays == frames.map { $0.milliseconds / 10 })
            #expect(picture.loops == loops)
            #expect(try GIFPicture.decoded(file) == shown, "\(number)")
        }
    }

    @Test(arguments: [ColorModel.rgb, .rgba])
    func `frames of more colours keep unchanged cells as they are`(_ color: ColorModel) throws {
        var random = SplitMix(seed: 9)
        let frames = Self.frames(6, 32, color, colors: 1000, &random)
        let file = GIFWriter(width: 120, height: 90).encode(frames, loops: 0) {}
        let picture = try GIFPicture(file)
        #expect(try GIFPicture.decoded(file) == picture.frames)
        let shown = frames.map { GIFPicture.shown($0.grid, width: 120, height: 90) }
        for index in frames.indices {
            let (squares, areAlike) = GIFPicture.error(picture.frames[index], shown[index])
            #expect(areAlike && squares < 1500 * 120 * 90)
            guard index > 0 else { continue }
            // Pixels that have lost their transparency, or got it, are drawn again.
            let isCleared = zip(shown[index - 1], shown[index]).contains { $0 != 0 && $1 == 0 }
            if isCleared { continue }
            for pixel in shown[index].indices where shown[index][pixel] == shown[index - 1][pixel] {
                #expect(picture.frames[index][pixel] == picture.frames[index - 1][pixel])
            }
        }
    }

    /// The few unchanged cells of the second frame could be drawn again, but not with an index for transparency.
    @Test func `a frame of 256 colours beside transparency in another frame is exact`() throws {
        let first = (0...255 as ClosedRange<UInt8>).flatMap { index -> [UInt8] in
            [index, 0, 0, index == 0 ? 0 : 255]
        }
        let second = (0...255 as ClosedRange<UInt8>).flatMap { index -> [UInt8] in
            [index, (1...8).contains(index) ? 0 : 9, 0, 255]
        }
        let grids = [first, second].map { Grid(size: 16, color: .rgba, samples: $0) }
        let frames = grids.map { GIFWriter.Frame($0, milliseconds: 40) }
        let picture = try GIFPicture(GIFWriter(width: 48, height: 48).encode(frames, loops: 0) {})
        #expect(picture.frames == grids.map { GIFPicture.shown($0, width: 48, height: 48) })
    }

    @Test func `an unchanged frame takes few bytes, and a small change only its rectangle`() throws {
        var random = SplitMix(seed: 2)
        let grid = GIFWriterTests.grid(16, .rgb, colors: 100, &random)
        var samples = grid.samples
        samples[3 * (5 * 16 + 4)] ^= 1
        let changed = Grid(size: 16, color: .rgb, samples: samples)
        let writer = GIFWriter(width: 160, height: 160)
        let frames = [grid, grid, changed, changed].map { GIFWriter.Frame($0, milliseconds: 40) }
        let picture = try GIFPicture(writer.encode(frames, loops: 0) {})
        #expect(picture.stored == [160 * 160, 1, 100, 1])
        let still = writer.encode([frames[0]], loops: nil) {}.count
        #expect(writer.encode(frames, loops: 0) {}.count < still + 220)
    }

    @Test func `unchanged cells of a rectangle are left out, or drawn again where that is shorter`() throws {
        var random = SplitMix(seed: 2)
        let writer = GIFWriter(width: 160, height: 160)
        let grid = GIFWriterTests.grid(16, .rgb, colors: 100, &random)
        var samples = grid.samples
        for at in [0, samples.count - 1] { samples[at] ^= 1 }
        let corners = [grid, Grid(size: 16, color: .rgb, samples: samples)]
        let file = writer.encode(corners.map { GIFWriter.Frame($0, milliseconds: 40) }, loops: 0) {}
        #expect(try GIFPicture(file).stored == [160 * 160, 160 * 160])
        #expect(file.count < writer.encode(grid).count * 3 / 2)
        // All cells of a chessboard become red, of which half are red already.
        let red: [UInt8] = [255, 0, 0]
        let board = (0..<256).flatMap { (cell: Int) -> [UInt8] in
            (cell + cell / 16) % 2 == 0 ? red : [0, 0, UInt8(cell / 4)]
        }
        let level = (0..<256).flatMap { (_: Int) -> [UInt8] in red }
        let boards = [board, level].map {
            GIFWriter.Frame(Grid(size: 16, color: .rgb, samples: $0), milliseconds: 40)
        }
        let picture = try GIFPicture(writer.encode(boards, loops: 0) {})
        #expect(Set(picture.indices[1].pixels).count == 1)
    }

    @Test func `a cell that becomes transparent takes its rectangle alone`() throws {
        let frames = (0..<4).map { index in
            let cells = (0..<64).flatMap { (cell: Int) -> [UInt8] in
                [9, 8, 7, cell == 20 || (cell == 27 + index) ? 255 : 0]
            }
            return GIFWriter.Frame(Grid(size: 8, color: .rgba, samples: cells), milliseconds: 10)
        }
        let picture = try GIFPicture(GIFWriter(width: 80, height: 80).encode(frames, loops: 0) {})
        #expect(picture.frames == frames.map { GIFPicture.shown($0.grid, width: 80, height: 80) })
        // The rectangles around cell 20, in row 2 and column 4, and the moving one, from column 3 of row 3 on.
        #expect(picture.stored == [400, 200, 400, 600])
    }

    @Test func `rounding errors of durations do not add up`() throws {
        var random = SplitMix(seed: 2)
        let grid = GIFWriterTests.grid(4, .rgb, colors: 3, &random)
        let frames = (0..<30).map { _ in GIFWriter.Frame(grid, milliseconds: 33) }
        let picture = try GIFPicture(GIFWriter(width: 9, height: 9).encode(frames, loops: nil) {})
        #expect(picture.delays.reduce(0, +) == 99 && Set(picture.delays) == [3, 4])
        let long = [GIFWriter.Frame(grid, milliseconds: 1_000_000), .init(grid, milliseconds: -5)]
        #expect(try GIFPicture(GIFWriter(width: 9, height: 9).encode(long, loops: nil) {}).delays[0] == 65535)
    }

    @Test func `an error of the check ends the call before the next frame`() throws {
        var random = SplitMix(seed: 2)
        let frames = Self.frames(5, 8, .rgb, colors: 9, &random)
        var calls = 0
        #expect(throws: TestEnd.self) {
            _ = try GIFWriter(width: 20, height: 20).encode(frames, loops: 0) { () throws(TestEnd) in
                calls += 1
                if calls == 3 { throw TestEnd() }
            }
        }
        #expect(calls == 3)
    }

    private struct TestEnd: Error {}

    /// The file is read by giftext, which is in the package giflib-tools.
    @Test(.enabled(if: FileManager.default.isExecutableFile(atPath: "/usr/bin/giftext")))
    func `giftext accepts the files`() throws {
        var random = SplitMix(seed: 6)
        for color in GIFWriterTests.models {
            let frames = Self.frames(5, 16, color, colors: 300, &random)
            let file = GIFWriter(width: 70, height: 50).encode(frames, loops: 3) {}
            let path = FileManager.default.temporaryDirectory.appending(path: "\(UUID()).gif")
            try Data(file).write(to: path)
            defer { try? FileManager.default.removeItem(at: path) }
            let process = Process()
            process.executableURL = URL(filePath: "/usr/bin/giftext")
            process.arguments = [path.path]
            let output = Pipe()
            process.standardOutput = output
            try process.run()
            let text = String(decoding: output.fileHandleForReading.readDataToEndOfFile(), as: UTF8.self)
            process.waitUntilExit()
            #expect(process.terminationStatus == 0)
            #expect(text.matches(of: /Image Size/).count == 5, "\(text)")
            #expect(text.contains("GIF file terminated normally."))
        }
    }
}
