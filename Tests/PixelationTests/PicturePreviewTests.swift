// SPDX-License-Identifier: Apache-2.0

import CPlainPNG
import Pixelation
import Pixels
import Testing

/// The thumbnails of outputs are compared with the outputs.
@Suite struct PicturePreviewTests {
    private static func preview(
        _ bytes: [UInt8], _ options: PixelationOptions
    ) throws -> (picture: PixelatedPicture, preview: PicturePreview) {
        let engine = Pixelator(options)
        return try engine.pixelateWithPreview(bytes, survey: engine.survey(bytes))
    }

    /// Returns the pixels of a PNG file, 4 bytes each, and its width and height.
    private static func decoded(_ file: [UInt8]) throws -> (pixels: [UInt8], width: Int, height: Int) {
        var header = plain_png()
        #expect(plain_png_header(file, file.count, &header))
        var pixels = [UInt8](repeating: 0, count: Int(4 * header.width * header.height))
        #expect(plain_png_decode(file, file.count, &pixels, pixels.count))
        return (pixels, Int(header.width), Int(header.height))
    }

    /// Files of several formats and colour models in formats.txt, with outputs in PNG.
    @Test(arguments: ["png-6-8", "png-0-16", "gif", "tiff-cmyk"])
    func `a thumbnail has one pixel for each block, with the colours of the output`(_ name: String) throws {
        let file = try #require(SourceFormatTests.files.first { $0.name == name })
        var options = PixelationOptions()
        options.output = .png
        options.sizes = [8]
        let (picture, preview) = try Self.preview(file.bytes, options)
        let isSame = try picture == Pixelator(options).pixelate(file.bytes)
        #expect(isSame)
        #expect(preview.frames == 1 && preview.thumbnails.map(\.grid.size) == [8])
        for (output, thumbnail) in zip(picture.outputs, preview.thumbnails) {
            let large = try Self.decoded(output.bytes)
            let small = try Self.decoded(thumbnail.png)
            #expect(large.width == preview.width && large.height == preview.height)
            #expect(small.width == output.size && small.height == output.size)
            let is16 = thumbnail.grid.color == .gray16
            let map = is16 ? NearestMap.cells16 : NearestMap.cells
            let (columns, rows) = (map(output.size, large.width), map(output.size, large.height))
            let shown = rows.flatMap { row in
                columns.flatMap { column in
                    let at = 4 * (Int(row) * output.size + Int(column))
                    return small.pixels[at..<at + 4]
                }
            }
            let isExact = shown == large.pixels
            #expect(isExact, "\(name), \(output.size)")
        }
    }

    @Test func `thumbnails are upright, on the background of JPEG outputs`() throws {
        let turned = PixelatorTests.with([PixelatorTests.exif(6)], in: PixelatorTests.picture(64, 48))
        var options = PixelationOptions()
        options.sizes = [4]
        let upright = try Self.preview(turned, options).preview
        #expect(upright.width == 48 && upright.height == 64)
        options.metadata = .reference
        let stored = try Self.preview(turned, options).preview
        #expect(stored.width == 64 && stored.height == 48)
        #expect(upright.thumbnails[0].grid == stored.thumbnails[0].grid.turned(from: .rotateRight))
        let file = try #require(SourceFormatTests.files.first { $0.name == "png-6-8" })
        options.output = .jpeg
        let opaque = try Self.preview(file.bytes, options).preview.thumbnails[0].grid
        #expect(opaque.color == .rgb)
    }
}
