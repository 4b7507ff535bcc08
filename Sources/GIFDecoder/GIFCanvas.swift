// SPDX-License-Identifier: Apache-2.0

import GIF

/// The canvas of an animation, on which each frame is drawn over what earlier frames left. It has the same pixels as
/// Pillow 12.1.1.
struct GIFCanvas {
    private let width: Int
    private let height: Int
    /// The colours row by row: red, green, blue and alpha, of which red is in the lowest bits.
    private(set) var pixels: [UInt32]
    /// The part of the canvas below the frame before it was drawn, if the frame's disposal restores it.
    private var saved: [UInt32] = []

    init(width: Int, height: Int) {
        self.width = width
        self.height = height
        pixels = [UInt32](repeating: 0, count: width * height)
    }

    /// Draws the first frame: it covers the whole canvas, with transparent pixels too.
    ///
    /// - Parameters:
    ///   - decoded: The number of indices that are decoded.
    mutating func drawFirst(_ frame: GIFFrame, _ indices: [UInt8], _ decoded: Int, _ colors: [UInt32]) {
        let fill = colors[Int(frame.transparentIndex ?? 0)]
        for at in pixels.indices { pixels[at] = fill }
        draw(frame, indices, decoded, colors, transparent: nil)
    }

    /// Draws a frame after the first: its transparent pixels leave the canvas as it is.
    ///
    /// - Parameters:
    ///   - decoded: The number of indices that are decoded.
    mutating func draw(_ frame: GIFFrame, _ indices: [UInt8], _ decoded: Int, _ colors: [UInt32]) {
        saved.removeAll(keepingCapacity: true)
        if frame.disposal > 2 {
            for row in rows(frame) { saved += pixels[row] }
        }
        draw(frame, indices, decoded, colors, transparent: frame.transparentIndex)
    }

    private mutating func draw(
        _ frame: GIFFrame, _ indices: [UInt8], _ decoded: Int, _ colors: [UInt32], transparent: UInt8?
    ) {
        let order = GIFRows(height: frame.height, isInterlaced: frame.isInterlaced)
        let indices = indices.span
        let colors = colors.span
        precondition(colors.count == 256, "an index without a colour")
        let rows = rows(frame)
        var pixels = pixels.mutableSpan
        for (y, row) in rows.enumerated() {
            let start = order.stored(y) * frame.width
            let count = max(0, min(row.count, decoded - start))
            let indices = indices.extracting(start..<start + count)
            let first = row.lowerBound
            // The check of the whole row replaces that of each pixel.
            precondition(first >= 0 && first <= pixels.count &- count, "a row beyond the canvas")
            if let transparent {
                for x in 0..<count where indices[x] != transparent {
                    pixels[first &+ x] = colors[Int(indices[x])]
                }
            } else {
                for x in 0..<count { pixels[first &+ x] = colors[Int(indices[x])] }
            }
        }
    }

    /// Treats the rectangle of a frame as its disposal says, before the next frame is drawn.
    ///
    /// - Parameters:
    ///   - isFirst: True for the first frame, below which nothing can be restored.
    ///   - background: The index of the colour that replaces a frame without a transparent index.
    mutating func dispose(_ frame: GIFFrame, isFirst: Bool, _ colors: FrameColors, background: UInt8) {
        let index = frame.transparentIndex ?? background
        // The colours of the first frame have a transparent one already. Pillow fills the rectangle with an index
        // before it converts them.
        let color = isFirst ? colors.pixels[Int(index)] : colors.listed(index)
        switch (frame.disposal, frame.transparentIndex) {
        case (2, nil): fill(frame, color)
        case (2, .some): fill(frame, color.transparent)
        case (3..., .some) where isFirst: fill(frame, color.transparent)
        case (3..., _) where !isFirst:
            var at = 0
            for row in rows(frame) {
                pixels.replaceSubrange(row, with: saved[at..<at + row.count])
                at += row.count
            }
        default: break
        }
    }

    private mutating func fill(_ frame: GIFFrame, _ color: UInt32) {
        let rows = rows(frame)
        var pixels = pixels.mutableSpan
        for row in rows {
            for at in row { pixels[at] = color }
        }
    }

    /// Returns the ranges of the pixels in each row of a frame, without the part beyond the canvas.
    private func rows(_ frame: GIFFrame) -> some Sequence<Range<Int>> {
        let end = min(frame.left + frame.width, width)
        let bottom = frame.left < end ? max(frame.top, min(frame.top + frame.height, height)) : frame.top
        return (frame.top..<bottom).lazy.map { [width] in $0 * width + frame.left..<$0 * width + end }
    }
}
