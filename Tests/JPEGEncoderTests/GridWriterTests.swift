// SPDX-License-Identifier: Apache-2.0

import CPixels
import JPEGEncoder
import Pixels
import Scripted
import Testing

/// The files of `GridWriter` are compared with those of libjpeg-turbo's encoder.
@Suite struct GridWriterTests {
    private func expectSameBytes(_ grid: Grid, _ width: Int, _ height: Int, seed: UInt64 = 0) throws {
        let writer = GridWriter(width: width, height: height)
        let ours = writer.encode(grid)
        // The functions for every processor, which this processor need not use.
        #expect(writer.encode(grid, kernels: px_portable_block_kernels) == ours, "seed \(seed)")
        let pixels = grid.picture(width: width, height: height)
        let theirs = try #require(
            grid.bands == 4
                ? LibJPEG.encode(cmyk: pixels, width: width, height: height)
                : TurboJPEG.encode(pixels, width: width, height: height, bands: grid.bands))
        guard ours != theirs else { return }
        let difference =
            zip(ours, theirs).enumerated().first { $1.0 != $1.1 }?.offset ?? min(ours.count, theirs.count)
        Issue.record(
            """
            n \(grid.size), bands \(grid.bands), \(width) x \(height), seed \(seed): first difference at \
            \(difference), \(ours.count) bytes for \(theirs.count)
            """)
    }

    @Test(arguments: [1, 3, 4])
    func `files of small pictures of every size are those of libjpeg-turbo`(bands: Int) throws {
        var generator = SplitMix(seed: 1)
        for width in 1...36 {
            for height in 1...36 {
                let n = Int.random(in: 1...12, using: &generator)
                try expectSameBytes(.random(size: n, bands: bands, using: &generator), width, height)
            }
        }
    }

    @Test(arguments: [1, 3, 4])
    func `files of random grids and sizes are those of libjpeg-turbo`(bands: Int) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed), bands \(bands)")
        var generator = SplitMix(seed: seed)
        for round in 0..<1500 {
            let n = Int.random(in: 1...(round % 10 == 0 ? 256 : 24), using: &generator)
            let longest = round % 50 == 0 ? 700 : 150
            let width = Int.random(in: 1...longest, using: &generator)
            let height = Int.random(in: 1...longest, using: &generator)
            try expectSameBytes(.random(size: n, bands: bands, using: &generator), width, height, seed: seed)
        }
    }

    @Test(arguments: [(65500, 3), (3, 65500), (65500, 17), (40, 65500)])
    func `files of pictures with the longest sides are those of libjpeg-turbo`(width: Int, height: Int) throws
    {
        var generator = SplitMix(seed: 2)
        for n in [1, 8, 64, 256] {
            try expectSameBytes(.random(size: n, bands: 3, using: &generator), width, height)
        }
    }

    /// The cells have 40 to 90 pixels along each side, so that an MCU shows one cell, two or four, with the border
    /// between them at every place. The border of the picture cuts MCUs anywhere.
    @Test(arguments: [1, 3, 4])
    func `files of pictures with cells larger than an MCU are those of libjpeg-turbo`(bands: Int) throws {
        let seed = UInt64.random(in: 0...UInt64.max)
        print("seed \(seed), bands \(bands)")
        var generator = SplitMix(seed: seed)
        for _ in 0..<20 {
            let n = Int.random(in: 2...8, using: &generator)
            let width =
                n * Int.random(in: 40...90, using: &generator) + Int.random(in: 0..<n, using: &generator)
            let height =
                n * Int.random(in: 40...90, using: &generator) + Int.random(in: 0..<n, using: &generator)
            try expectSameBytes(.random(size: n, bands: bands, using: &generator), width, height, seed: seed)
        }
    }
}
