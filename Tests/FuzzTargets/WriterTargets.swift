// SPDX-License-Identifier: Apache-2.0

import CPlainGIF
import CPlainJPEG
import CPlainPNG
import CPlainWebP
import GIFEncoder
import JPEGEncoder
import PNGEncoder
import Pixels
import WebPEncoder

/// The writers of outputs: their files are compared with those of libjpeg, or are decoded by libpng, giflib and libwebp
/// and compared with the pictures that they shall show.
enum WriterTargets {
    static let all = [
        target("jpeg-writer", "JPEG outputs, compared with those of libjpeg", jpeg),
        target("png-writer", "PNG outputs, decoded by libpng", png),
        target("gif-writer", "GIF outputs, decoded by giflib", gif),
        target("webp-writer", "WebP outputs, decoded by libwebp", webp),
    ]

    private static func target(
        _ name: String, _ summary: String, _ check: @escaping @Sendable (inout InputReader) throws -> Void
    ) -> FuzzTarget {
        FuzzTarget(
            name: name, summary: summary, longest: 1024,
            seeds: {
                (0..<24).map { seed in
                    let colors = [1, 2, 5, 40][seed % 4]
                    return (0..<120).map { place in
                        UInt8(truncatingIfNeeded: (place % colors * 53 + seed) * (place < 9 ? 7 : 31))
                    }
                }
            },
            check: { input in
                var reader = InputReader(input)
                try check(&reader)
                return true
            })
    }

    // MARK: Pictures

    /// Returns a grid whose samples are those of the rest of the input, again and again.
    private static func grid(_ reader: inout InputReader, _ colors: [ColorModel]) -> Grid {
        let size = reader.number(0...19) == 0 ? reader.number(1...64) : reader.number(1...16)
        let color = reader.element(colors)
        let rest = reader.remaining.isEmpty ? [0] : reader.remaining
        return Grid(
            size: size, color: color, samples: (0..<size * size * color.bands).map { rest[$0 % rest.count] })
    }

    /// Returns a size, of which both sides are mostly `usual` at most.
    private static func size(_ reader: inout InputReader, usual: Int = 70) -> (width: Int, height: Int) {
        let longest = reader.number(0...7) == 0 ? 200 : usual
        return (reader.number(1...longest), reader.number(1...longest))
    }

    /// Returns frames of which each differs from the one before in some samples.
    private static func frames(_ reader: inout InputReader, _ first: Grid) -> [(
        grid: Grid, milliseconds: Int
    )] {
        var grid = first
        return (0..<reader.number(1...4)).map { _ in
            defer {
                var samples = grid.samples
                for _ in 0..<reader.number(0...3) {
                    samples[reader.number(0...samples.count - 1)] &+= reader.byte()
                }
                grid = Grid(size: grid.size, color: grid.color, samples: samples)
            }
            return (grid, 10 * reader.number(0...50))
        }
    }

    /// Returns the pixels that a grid shows, as Pillow's NEAREST enlarges it: red, green, blue and alpha, or `bands`
    /// samples if `isPlain` is true.
    private static func pixels(_ grid: Grid, _ width: Int, _ height: Int, isPlain: Bool = false) -> [UInt8] {
        let columns = NearestMap.cells(grid.size, over: width)
        var pixels: [UInt8] = []
        for row in NearestMap.cells(grid.size, over: height) {
            for column in columns {
                let at = (Int(row) * grid.size + Int(column)) * grid.bands
                let cell = grid.samples[at..<at + grid.bands]
                let alpha = grid.color.hasAlpha ? cell[at + grid.bands - 1] : 255
                let second = grid.color.hasColor ? 1 : 0
                pixels += isPlain ? Array(cell) : [cell[at], cell[at + second], cell[at + 2 * second], alpha]
            }
        }
        return pixels
    }

    /// Calls a writer, and compares the length of its file and its memory with their bounds.
    private static func bounded(
        _ file: Int, _ workingSet: Int, _ write: () -> [UInt8]
    ) throws -> [UInt8] {
        let bytes = try MemoryPeak.within(file + workingSet, write)
        try require(bytes.count <= file, "a file of \(bytes.count) bytes, up to \(file) are predicted")
        return bytes
    }

    // MARK: Formats

    @Sendable private static func jpeg(_ reader: inout InputReader) throws {
        let (width, height) = size(&reader)
        let grid = grid(&reader, [.gray, .rgb, .cmyk])
        let bound = GridWriter.Bound(width: width, height: height, bands: grid.bands, size: grid.size)
        let file = try bounded(bound.fileBytes, bound.workingSetBytes) {
            GridWriter(width: width, height: height).encode(grid)
        }
        var options = plain_options()
        (options.width, options.height, options.components) = (Int32(width), Int32(height), Int32(grid.bands))
        options.quality = 75
        options.untransformed = grid.color == .cmyk
        // The samples of CMYK are inverted, as in Adobe's files.
        let samples = pixels(grid, width, height, isPlain: true).map { grid.color == .cmyk ? ~$0 : $0 }
        var address: UnsafeMutablePointer<UInt8>?
        let count = plain_encode(&options, samples, &address)
        defer { address?.deallocate() }
        let expected = Array(UnsafeBufferPointer(start: address, count: count))
        let place = zip(file, expected).prefix { $0 == $1 }.count
        try require(file == expected, "another file than libjpeg's at byte \(place) of \(file.count)")
    }

    @Sendable private static func png(_ reader: inout InputReader) throws {
        // The search for the best tokens takes a second for a wide picture in this build.
        let (width, height) = size(&reader, usual: 24)
        let grid = grid(&reader, [.gray, .grayAlpha, .rgb, .rgba])
        let writer = PNGWriter(width: width, height: height)
        let bound = PNGWriter.Bound(width: width, height: height, color: grid.color, size: grid.size)
        let best = try bounded(bound.fileBytes, bound.workingSetBytes) { writer.encode(grid) }
        let expected = pixels(grid, width, height)
        for file in [best, writer.encodeQuickly(grid)] {
            var decoded = [UInt8](repeating: 0, count: 4 * width * height)
            try require(
                plain_png_decode(file, file.count, &decoded, decoded.count), "libpng refuses the file")
            try require(decoded == expected, "other pixels in \(width) x \(height)")
        }
    }

    @Sendable private static func webp(_ reader: inout InputReader) throws {
        let (width, height) = size(&reader)
        let isAnimated = reader.byte() % 2 == 1
        let first = grid(&reader, [.gray, .grayAlpha, .rgb, .rgba])
        let writer = WebPWriter(width: width, height: height)
        let bound = WebPWriter.Bound(width: width, height: height, size: first.size)
        guard isAnimated else {
            let file = try bounded(bound.fileBytes, bound.workingSetBytes) { writer.encode(first) }
            var decoded = [UInt8](repeating: 0, count: 4 * width * height)
            try require(
                plain_webp_decode(file, file.count, Int32(width), Int32(height), &decoded),
                "libwebp refuses the file")
            return try require(
                decoded == pixels(first, width, height), "other pixels in \(width) x \(height)")
        }
        let frames = frames(&reader, first)
        let file = writer.encode(frames: frames, loops: 3)
        try require(file.count <= bound.fileBytes(frames: frames.count), "a file of \(file.count) bytes")
        var canvases = [UInt8](repeating: 0, count: 4 * width * height * frames.count)
        var ends = [Int32](repeating: 0, count: frames.count)
        let count = plain_webp_decode_frames(file, file.count, Int32(frames.count), &canvases, &ends)
        try require(count == Int32(frames.count), "libwebp decodes \(count) frames of \(frames.count)")
        var end = 0
        for (index, frame) in frames.enumerated() {
            end += frame.milliseconds
            let canvas = canvases[index * 4 * width * height..<(index + 1) * 4 * width * height]
            try require(Array(canvas) == pixels(frame.grid, width, height), "other pixels in frame \(index)")
            try require(ends[index] == end, "frame \(index) ends after \(ends[index]) ms")
        }
    }

    @Sendable private static func gif(_ reader: inout InputReader) throws {
        let (width, height) = size(&reader)
        let first = grid(&reader, [.gray, .grayAlpha, .rgb, .rgba])
        let frames = frames(&reader, first)
        let bound = GIFWriter.Bound(width: width, height: height, size: first.size, frames: frames.count)
        let file = try bounded(bound.fileBytes, bound.workingSetBytes) {
            GIFWriter(width: width, height: height).encode(
                frames.map { GIFWriter.Frame($0.grid, milliseconds: $0.milliseconds) }, loops: 5, check: {})
        }
        let shown = try GIFCanvases(file)
        try require(shown.canvases.count == frames.count, "\(shown.canvases.count) frames of \(frames.count)")
        let colors = frames.map { Set(Self.opaque($0.grid, width, height)) }
        // Up to 256 colours, one of which may be transparent, are exact.
        let isExact = colors.allSatisfy { $0.count <= 255 }
        for (index, frame) in frames.enumerated() {
            let expected = Self.opaque(frame.grid, width, height)
            let found = shown.canvases[index]
            let areAlike = zip(found, expected).allSatisfy { ($0 >> 24 == 0) == ($1 >> 24 == 0) }
            try require(areAlike && (!isExact || found == expected), "other pixels in frame \(index)")
        }
    }

    /// Returns the pixels of a GIF file with the colours of a grid: 0 is transparent.
    private static func opaque(_ grid: Grid, _ width: Int, _ height: Int) -> [UInt32] {
        let bytes = pixels(grid, width, height)
        return stride(from: 0, to: bytes.count, by: 4).map { at in
            bytes[at + 3] < 128
                ? 0
                : UInt32(bytes[at]) | UInt32(bytes[at + 1]) << 8 | UInt32(bytes[at + 2]) << 16 | 0xFF00_0000
        }
    }
}
