// SPDX-License-Identifier: Apache-2.0

import GIF

/// The colours of the 256 indices of a frame. A colour is red, green, blue and alpha, of which red is in the lowest
/// bits.
struct FrameColors {
    /// The colours of the indices. An index without a colour in the palette is black.
    let pixels: [UInt32]
    /// The number of colours of the palette.
    private let count: Int

    init(_ palette: GIFPalette, in file: Span<UInt8>) {
        switch palette {
        case .gray:
            pixels = (0..<256).map { $0 * 0x01_0101 | 0xFF00_0000 }
            count = 256
        case .colors(let range):
            var pixels = [UInt32](repeating: 0xFF00_0000, count: 256)
            count = range.count / 3
            for index in 0..<count {
                let at = range.lowerBound + 3 * index
                pixels[index] |=
                    UInt32(file[at]) | UInt32(file[at + 1]) << 8 | UInt32(file[at + 2]) << 16
            }
            self.pixels = pixels
        }
    }

    /// Returns the colour of an index, and that of index 0 if the palette has none.
    func listed(_ index: UInt8) -> UInt32 { pixels[Int(index) < count ? Int(index) : 0] }
}

extension UInt32 {
    /// The same colour, transparent.
    var transparent: UInt32 { self & 0xFF_FFFF }
}
