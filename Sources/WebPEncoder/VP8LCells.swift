// SPDX-License-Identifier: Apache-2.0

import Pixels

/// An image that consists of rectangles of one pixel value each, in rows and columns.
struct VP8LCells {
    /// The width of the image in pixels.
    let width: Int
    /// The height of the image in pixels.
    let height: Int
    /// The first pixel of each column of rectangles, in ascending order from 0.
    let columns: [Int]
    /// The first pixel of each row of rectangles, in ascending order from 0.
    let rows: [Int]
    /// The pixel values of the rectangles, row by row: alpha, red, green and blue from the highest byte to the lowest.
    let values: [UInt32]

    /// The number of pixels.
    var pixels: Int { width * height }

    /// Returns the index after the last pixel of a column of rectangles.
    func columnEnd(_ index: Int) -> Int { index + 1 < columns.count ? columns[index + 1] : width }

    /// Returns the index after the last pixel of a row of rectangles.
    func rowEnd(_ index: Int) -> Int { index + 1 < rows.count ? rows[index + 1] : height }

    /// Returns the image with other values in its rectangles.
    func with(_ values: [UInt32]) -> VP8LCells {
        VP8LCells(width: width, height: height, columns: columns, rows: rows, values: values)
    }
}

extension VP8LCells {
    /// Creates the image that shows a grid enlarged to a picture. Cells of which no pixel is visible are left out.
    init(_ grid: Grid, width: Int, height: Int) {
        let (columns, shownColumns) = Self.starts(NearestMap.cells(grid.size, over: width))
        let (rows, shownRows) = Self.starts(NearestMap.cells(grid.size, over: height))
        var values: [UInt32] = []
        values.reserveCapacity(rows.count * columns.count)
        for row in shownRows {
            for column in shownColumns { values.append(Self.pixel(grid, row * grid.size + column)) }
        }
        self.init(width: width, height: height, columns: columns, rows: rows, values: values)
    }

    /// Returns the first pixels of the cells along an axis, and the indices of these cells.
    private static func starts(_ cells: [UInt8]) -> ([Int], [Int]) {
        let starts = cells.indices.filter { $0 == 0 || cells[$0] != cells[$0 - 1] }
        return (starts, starts.map { Int(cells[$0]) })
    }

    private static func pixel(_ grid: Grid, _ cell: Int) -> UInt32 {
        let at = cell * grid.bands
        func sample(_ band: Int) -> UInt32 { UInt32(grid.samples[at + band]) }
        switch grid.color {
        // The upper byte of 16 bits is the first one.
        case .gray, .gray16: return 0xFF00_0000 | sample(0) * 0x01_0101
        case .grayAlpha: return sample(1) << 24 | sample(0) * 0x01_0101
        case .rgb: return 0xFF00_0000 | sample(0) << 16 | sample(1) << 8 | sample(2)
        case .rgba: return sample(3) << 24 | sample(0) << 16 | sample(1) << 8 | sample(2)
        case .cmyk: preconditionFailure("WebP has no CMYK pictures")
        }
    }

    /// True when a pixel is not opaque.
    var hasAlpha: Bool { values.contains { $0 >> 24 != 255 } }
}

extension VP8LCells {
    /// Returns the image in which a pixel stands for `count` pixels side by side of this image, which are indices in
    /// the green samples: 8, 4 or 2 indices of 1, 2 or 4 bits, the first of them in the lowest bits.
    func bundled(_ count: Int) -> VP8LCells {
        let bits = UInt32(8 / count)
        var starts: [Int] = []
        func add(_ start: Int) {
            if starts.last.map({ $0 < start }) ?? true { starts.append(start) }
        }
        // A boundary between two columns within a bundle makes a column of one bundle.
        for column in columns {
            add(column / count)
            if column % count != 0 { add(column / count + 1) }
        }
        let width = (self.width + count - 1) / count
        if self.width % count != 0 { add(width - 1) }
        starts.removeAll { $0 >= width }
        let shown = starts.map { start in
            (start * count..<min((start + 1) * count, self.width)).map { pixel in
                columns.lastIndex { $0 <= pixel } ?? 0
            }
        }
        var values: [UInt32] = []
        values.reserveCapacity(rows.count * starts.count)
        for row in rows.indices {
            for cells in shown {
                var bundle: UInt32 = 0
                for (place, column) in cells.enumerated() {
                    let index = self.values[row * columns.count + column] >> 8 & 255
                    bundle |= index << (bits * UInt32(place))
                }
                values.append(0xFF00_0000 | bundle << 8)
            }
        }
        return VP8LCells(width: width, height: height, columns: starts, rows: rows, values: values)
    }
}
