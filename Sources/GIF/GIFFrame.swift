// SPDX-License-Identifier: Apache-2.0

/// A frame of a GIF file: its rectangle on the canvas, and what the Graphic Control Extension before it states (GIF89a
/// specification, 20 and 23).
package struct GIFFrame: Sendable, Equatable {
    /// The column of the left edge on the canvas.
    package var left: Int
    /// The row of the upper edge on the canvas.
    package var top: Int
    /// The width in pixels, at least 1.
    package var width: Int
    /// The height in pixels, at least 1.
    package var height: Int
    /// The time until the next frame in milliseconds, a multiple of 10. 0 is often written; browsers show such frames
    /// for 100 ms.
    package var milliseconds = 0
    /// The treatment of the rectangle before the next frame is drawn, 0...7. A frame that states 0, or nothing, has the
    /// disposal of the frame before it, as in Pillow.
    package var disposal = 0
    /// The index of pixels that are not drawn.
    package var transparentIndex: UInt8?
    /// True when the rows are stored in four passes.
    package var isInterlaced = false
    package var palette = GIFPalette.gray
    /// The offset of the number of bits of a literal code, which the data follow.
    package var dataOffset = 0

    /// The number of pixels.
    package var pixels: Int { width * height }
}
