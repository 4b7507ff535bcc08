// SPDX-License-Identifier: Apache-2.0

/// The colours of an image, to which pixels refer by their index (WebP Lossless Bitstream Specification, section 4.4,
/// "Color Indexing Transform").
struct VP8LPalette {
    /// The largest number of colours.
    static let maximumColours = 256
    /// The least number of colours with which an index has a pixel of its own.
    private static let leastUnbundled = 17

    /// The colours in the order of their indices.
    let colours: [UInt32]

    /// Creates the palette of the pixel values of an image; nil if there are more than 256.
    init?(_ values: [UInt32]) {
        guard let distinct = Self.distinct(values) else { return nil }
        // Colours in the order of their luminance have small differences of indices.
        colours = distinct.sorted { (Self.luminance($0), $0) < (Self.luminance($1), $1) }
    }

    /// Returns the distinct pixel values of an image; nil if there are more than 256.
    static func distinct(_ values: [UInt32]) -> [UInt32]? {
        var colours: [UInt32] = []
        colours.reserveCapacity(maximumColours)
        // A hash table of the indices of colours, plus 1.
        var table = InlineArray<1024, UInt16>(repeating: 0)
        for value in values {
            var place = Int((value &* 0x9E37_79B1) >> 22)
            while table[place] != 0, colours[Int(table[place]) - 1] != value { place = (place + 1) & 1023 }
            guard table[place] == 0 else { continue }
            guard colours.count < maximumColours else { return nil }
            colours.append(value)
            table[place] = UInt16(colours.count)
        }
        return colours
    }

    private init(colours: [UInt32]) { self.colours = colours }

    private static func luminance(_ pixel: UInt32) -> UInt32 {
        (pixel >> 16 & 255) * 2 + (pixel >> 8 & 255) * 5 + (pixel & 255) + (pixel >> 24)
    }

    /// Returns the palette with so many colours that each index has a pixel of its own.
    var unbundled: VP8LPalette {
        let missing = max(0, Self.leastUnbundled - colours.count)
        return VP8LPalette(colours: colours + [UInt32](repeating: colours.last ?? 0, count: missing))
    }

    /// The number of indices in a pixel: 8, 4, 2 or 1.
    var bundle: Int {
        switch colours.count {
        case ...2: 8
        case ...4: 4
        case ...16: 2
        default: 1
        }
    }

    /// Returns the image of the indices of the pixel values of `cells`.
    func indices(of cells: VP8LCells) -> VP8LCells {
        var index: [UInt32: UInt32] = [:]
        for (number, colour) in colours.enumerated() where index[colour] == nil {
            index[colour] = 0xFF00_0000 | UInt32(number) << 8
        }
        let indices = cells.with(cells.values.map { index[$0] ?? 0xFF00_0000 })
        return bundle == 1 ? indices : indices.bundled(bundle)
    }

    /// The tokens of the colours: the difference of each colour to the one before.
    var tokens: VP8LRow {
        var last: UInt32 = 0
        return VP8LRow(
            pixels: colours.map { colour in
                defer { last = colour }
                return stride(from: UInt32(0), to: 32, by: 8).reduce(0) {
                    $0 | ((colour >> $1 &- last >> $1) & 255) << $1
                }
            })
    }
}
