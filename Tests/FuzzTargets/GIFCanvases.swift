// SPDX-License-Identifier: Apache-2.0

import CPlainGIF

/// The frames of a GIF file as giflib decodes them, drawn onto a canvas.
struct GIFCanvases {
    /// The pixels after each frame: red, green, blue and alpha from the lowest byte; 0 is transparent.
    private(set) var canvases: [[UInt32]] = []

    init(_ file: [UInt8]) throws {
        guard let gif = plain_gif_open(file, file.count) else {
            throw FuzzTarget.Violation("giflib refuses the file")
        }
        defer { plain_gif_close(gif) }
        var (width, height, count): (Int32, Int32, Int32) = (0, 0, 0)
        plain_gif_size(gif, &width, &height, &count)
        var canvas = [UInt32](repeating: 0, count: Int(width) * Int(height))
        for index in 0..<count {
            let frame = plain_gif_at(gif, index)
            try require(
                frame.left + frame.width <= width && frame.top + frame.height <= height, "a frame outside")
            guard let pixels = plain_gif_pixels(gif, index) else {
                throw FuzzTarget.Violation("a frame without pixels")
            }
            let palette = (0..<frame.colors).map { color in
                var rgb: [UInt8] = [0, 0, 0]
                plain_gif_color(gif, index, color, &rgb)
                return UInt32(rgb[0]) | UInt32(rgb[1]) << 8 | UInt32(rgb[2]) << 16 | 0xFF00_0000
            }
            func place(_ x: Int, _ y: Int) -> Int { (Int(frame.top) + y) * Int(width) + Int(frame.left) + x }
            for y in 0..<Int(frame.height) {
                for x in 0..<Int(frame.width) {
                    let value = pixels[y * Int(frame.width) + x]
                    if Int32(value) == frame.transparent { continue }
                    try require(Int(value) < palette.count, "an index outside the palette")
                    canvas[place(x, y)] = palette[Int(value)]
                }
            }
            canvases.append(canvas)
            guard frame.disposal == 2 else { continue }
            for y in 0..<Int(frame.height) { for x in 0..<Int(frame.width) { canvas[place(x, y)] = 0 } }
        }
    }
}
