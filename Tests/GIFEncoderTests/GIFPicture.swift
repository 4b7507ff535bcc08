// SPDX-License-Identifier: Apache-2.0

import CPlainGIF
import GIF
import GIFDecoder
import Pixels
import Testing

/// The frames of a GIF file as giflib decodes them, composed by this test.
struct GIFPicture {
    var width = 0
    var height = 0
    /// The number of repetitions; nil if the file states none.
    var loops: Int?
    /// The pixels of each frame: red, green, blue, and alpha, which is 0 or 255. Transparent pixels are 0.
    var frames: [[UInt32]] = []
    /// The delay of each frame in hundredths of a second.
    var delays: [Int] = []
    /// The number of pixels of each frame in the file.
    var stored: [Int] = []
    /// The indices of each frame in the file, and the number of colours of its palette.
    var indices: [(pixels: [UInt8], colors: Int)] = []

    init(_ file: [UInt8]) throws {
        let gif = try #require(plain_gif_open(file, file.count))
        defer { plain_gif_close(gif) }
        var (width, height, count): (Int32, Int32, Int32) = (0, 0, 0)
        plain_gif_size(gif, &width, &height, &count)
        (self.width, self.height) = (Int(width), Int(height))
        loops = plain_gif_loops(gif) < 0 ? nil : Int(plain_gif_loops(gif))
        var canvas = [UInt32](repeating: 0, count: self.width * self.height)
        for index in 0..<count {
            let frame = plain_gif_at(gif, index)
            let stored = Int(frame.width) * Int(frame.height)
            let pixels = try #require(plain_gif_pixels(gif, index))
            let palette = (0..<frame.colors).map { color in
                var rgb: (UInt8, UInt8, UInt8) = (0, 0, 0)
                withUnsafeMutableBytes(of: &rgb) { bytes in
                    plain_gif_color(gif, index, color, bytes.assumingMemoryBound(to: UInt8.self).baseAddress)
                }
                return UInt32(rgb.0) | UInt32(rgb.1) << 8 | UInt32(rgb.2) << 16 | 0xFF00_0000
            }
            #expect(Int(frame.left + frame.width) <= self.width)
            #expect(Int(frame.top + frame.height) <= self.height)
            for y in 0..<Int(frame.height) {
                for x in 0..<Int(frame.width) {
                    let value = pixels[y * Int(frame.width) + x]
                    guard Int32(value) != frame.transparent else { continue }
                    canvas[(Int(frame.top) + y) * self.width + Int(frame.left) + x] = palette[Int(value)]
                }
            }
            frames.append(canvas)
            delays.append(Int(frame.delay))
            self.stored.append(stored)
            indices.append((Array(UnsafeBufferPointer(start: pixels, count: stored)), palette.count))
            #expect(frame.disposal == 1 || frame.disposal == 2 || count == 1)
            guard frame.disposal == 2 else { continue }
            for y in Int(frame.top)..<Int(frame.top + frame.height) {
                for x in Int(frame.left)..<Int(frame.left + frame.width) { canvas[y * self.width + x] = 0 }
            }
        }
    }

    /// Returns the same pixels of all frames as the decoder of the project composes them.
    static func decoded(_ file: [UInt8]) throws -> [[UInt32]] {
        let header = try GIFHeader(
            of: file.span, limits: GIFLimits(pixels: .max >> 20, isStill: false, acceptsTruncated: false))
        var reader = GIFReader(file.span, header, acceptsTruncated: false)
        return try header.frames.map { _ in
            reader.beginFrame(file.span)
            while try reader.decode(file.span) {}
            var pixels: [UInt32] = []
            var row = [UInt32](repeating: 0, count: header.width)
            for y in 0..<header.height {
                var span = row.mutableSpan
                reader.readRow(y, into: &span)
                pixels += row.map { $0 >> 24 == 0 ? 0 : $0 | 0xFF00_0000 }
            }
            return pixels
        }
    }

    /// Returns the pixels that a file of a grid shows if its colours are exact.
    static func shown(_ grid: Grid, width: Int, height: Int) -> [UInt32] {
        let columns = NearestMap.cells(grid.size, over: width).map(Int.init)
        let rows = NearestMap.cells(grid.size, over: height).map(Int.init)
        let cells = stride(from: 0, to: grid.samples.count, by: grid.bands).map { at in
            let cell = grid.samples[at..<at + grid.bands].map(UInt32.init)
            let alpha = grid.color.hasAlpha ? cell[grid.bands - 1] : 255
            let rgb = grid.color.hasColor ? cell[0] | cell[1] << 8 | cell[2] << 16 : cell[0] * 0x01_0101
            return alpha < 128 ? 0 : rgb | 0xFF00_0000
        }
        return rows.flatMap { row in columns.map { cells[row * grid.size + $0] } }
    }

    /// Returns the sum of squared errors of pixels, and true if the same ones are transparent.
    static func error(_ first: [UInt32], _ second: [UInt32]) -> (squares: Int, areAlike: Bool) {
        var (squares, areAlike) = (0, first.count == second.count)
        for (one, other) in zip(first, second) {
            areAlike = areAlike && one >> 24 == other >> 24
            for shift in [0, 8, 16] as [UInt32] {
                let difference = Int(one >> shift & 255) - Int(other >> shift & 255)
                squares += difference * difference
            }
        }
        return (squares, areAlike)
    }
}
