// SPDX-License-Identifier: Apache-2.0

import CPlainPNG
import PNGEncoder
import Scripted
import Testing

/// The files of `PNGRowWriter` are decoded by libpng and compared with the rows.
@Suite struct PNGRowWriterTests {
    /// Encodes rows and returns the file, and the pixels that libpng decodes from it: 3 bytes for each.
    private func decoded(_ rows: [[UInt8]]) throws -> (file: [UInt8], pixels: [UInt8]) {
        let width = rows[0].count / 3
        var writer = PNGRowWriter(width: width, height: rows.count)
        for row in rows { writer.append(row) }
        let file = writer.file()
        var header = plain_png()
        #expect(plain_png_header(file, file.count, &header))
        #expect(header.width == UInt32(width) && header.height == UInt32(rows.count))
        #expect(header.color_type == 2 && header.depth == 8 && !header.interlaced)
        var rgba = [UInt8](repeating: 0, count: 4 * width * rows.count)
        #expect(plain_png_decode(file, file.count, &rgba, rgba.count))
        let pixels = stride(from: 0, to: rgba.count, by: 4).flatMap { rgba[$0..<$0 + 3] }
        return (file, pixels)
    }

    @Test(arguments: [(1, 1), (1, 7), (7, 1), (3, 2), (64, 48)])
    func `files of noise have the pixels of their rows`(width: Int, height: Int) throws {
        var random = SplitMix(seed: 1)
        let rows = (0..<height).map { _ in
            (0..<3 * width).map { _ in UInt8.random(in: 0...255, using: &random) }
        }
        let isExact = try decoded(rows).pixels == rows.flatMap(\.self)
        #expect(isExact)
    }

    @Test func `files of several blocks have the pixels of their rows, and repeated rows are short`() throws {
        var random = SplitMix(seed: 2)
        // Rows of cells: 2400 bytes each, so that 600 rows are more than five blocks of 256 KiB.
        var rows: [[UInt8]] = []
        for index in 0..<600 {
            if index % 8 != 0 {
                rows.append(rows[index - 1])
                continue
            }
            let isNoise = index < 160
            rows.append(
                (0..<(isNoise ? 800 : 20)).flatMap { _ in
                    let cell = (0..<3).map { _ in UInt8.random(in: 0...255, using: &random) }
                    return repeatElement(cell, count: isNoise ? 1 : 40).flatMap(\.self)
                })
        }
        let (file, pixels) = try decoded(rows)
        let isExact = pixels == rows.flatMap(\.self)
        #expect(isExact)
        // The 20 different rows of noise cannot be compressed.
        #expect(file.count < 20 * 2400 + 40_000, "\(file.count)")
    }
}
