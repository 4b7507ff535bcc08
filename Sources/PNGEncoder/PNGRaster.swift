// SPDX-License-Identifier: Apache-2.0

import Pixels

/// The pixels of an output in one of the sample formats of PNG (PNG, third edition, 11.2.1): a cell is one number, and
/// a row is spans of equal pixels.
struct PNGRaster {
    /// The colour types of the IHDR chunk.
    enum ColorType: UInt8 {
        case gray = 0
        case rgb = 2
        case palette = 3
        case grayAlpha = 4
        case rgba = 6

        /// The number of samples of a pixel.
        var samples: Int {
            switch self {
            case .gray, .palette: 1
            case .grayAlpha: 2
            case .rgb: 3
            case .rgba: 4
            }
        }
    }

    /// The samples of the cells of a grid in one format.
    struct Format {
        let colorType: ColorType
        /// The number of bits of a sample: 1, 2, 4, 8 or 16.
        let depth: Int
        /// The content of the PLTE chunk; empty if there is none.
        var palette: [UInt8] = []
        /// The content of the tRNS chunk; empty if there is none.
        var transparency: [UInt8] = []
        /// The pixel of each cell, row by row: its samples, of which the first is in the lowest bits.
        let cells: [UInt32]

        /// The number of bits of a pixel.
        var pixelBits: Int { colorType.samples * depth }

        /// The number of bytes of the chunks PLTE and tRNS.
        var chunkBytes: Int {
            [palette.count, transparency.count].reduce(0) { $0 + ($1 > 0 ? $1 + PNGWriter.chunkBytes : 0) }
        }
    }

    /// A part of a row in which all units are equal. A unit is a pixel or, if several pixels are in a byte, a byte.
    struct Span {
        /// The number of units.
        var count: Int
        /// The index of the first unit's first pixel.
        var pixel: Int
    }

    let format: Format
    let width: Int
    private let size: Int
    /// The cell that each pixel of a row shows.
    private let columns: [UInt8]
    /// The spans of every row, from left to right.
    let spans: [Span]
    /// The number of bytes of a unit, by which filters find the unit before (PNG, 9.2).
    let unitBytes: Int
    /// The number of bytes of a row, without the byte of the filter.
    let rowBytes: Int

    /// Creates the raster of a grid.
    ///
    /// - Parameters:
    ///   - size: The number of cells along each side.
    ///   - columns: The cell that each pixel of a row shows.
    init(_ format: Format, size: Int, columns: [UInt8]) {
        self.format = format
        self.size = size
        self.columns = columns
        width = columns.count
        unitBytes = max(1, format.pixelBits / 8)
        rowBytes = (width * format.pixelBits + 7) / 8
        let pixels = max(1, 8 / format.pixelBits)
        var spans: [Span] = []
        // The cell of the whole last span; nil if its unit shows several cells.
        var last: UInt8?
        for pixel in stride(from: 0, to: width, by: pixels) {
            let end = pixel + pixels - 1
            let cell = end < width && columns[end] == columns[pixel] ? columns[pixel] : nil
            if let cell, cell == last {
                spans[spans.count - 1].count += 1
            } else {
                spans.append(Span(count: 1, pixel: pixel))
                last = cell
            }
        }
        self.spans = spans
    }

    /// Returns the unit of each span in a row of cells: its bytes, of which the first is in the lowest bits.
    func units(row: Int) -> [UInt32] {
        let bits = format.pixelBits
        let first = row * size
        guard bits < 8 else { return spans.map { format.cells[first + Int(columns[$0.pixel])] } }
        return spans.map { span in
            var byte: UInt32 = 0
            for index in 0..<8 / bits {
                let pixel = span.pixel + index
                // The bits after the last pixel of a row are 0.
                let value = pixel < width ? format.cells[first + Int(columns[pixel])] : 0
                byte = byte << UInt32(bits) | value
            }
            return byte
        }
    }
}
