// SPDX-License-Identifier: Apache-2.0

/// The limits within which a HEIF file is decoded. A file that exceeds one of them is refused with a `HEIFError`.
package struct HEIFLimits: Sendable, Equatable {
    /// The largest number of pixels of the picture, and of each picture that it is made of.
    package var pixels: Int
    /// The largest number of boxes, of items, and of the tiles of a grid. The numbers of extents, of property
    /// associations and of references may be 16 times as large.
    package var boxes: Int
    /// The largest predicted peak memory of the decoder in bytes.
    package var memoryBytes: Int

    package init(pixels: Int, boxes: Int, memoryBytes: Int) {
        self.pixels = pixels
        self.boxes = boxes
        self.memoryBytes = memoryBytes
    }

    /// The largest number of pixels of all tiles, alpha pictures and other pictures that the picture is made of. Tiles
    /// reach beyond the edges of a grid, and alpha doubles the number.
    var decodedPixels: Int { pixels.multipliedReportingOverflow(by: 4).overflow ? .max : 4 * pixels }

    /// The largest number of extents, of property associations, or of references.
    var entries: Int { boxes.multipliedReportingOverflow(by: 16).overflow ? .max : 16 * boxes }
}
