// SPDX-License-Identifier: Apache-2.0

/// A reducer of one picture to grids of several sizes. It takes the picture row by row and averages each row
/// horizontally, rounded to 8 bits, before it averages vertically. The grids are bit for bit those of Pillow's
/// `resize((n, n), BILINEAR)` up to release 12.1.
///
/// The memory of a reducer grows with width + height, not with the number of pixels. One thread at a time may use it.
package final class GridReducer {
    /// The width of the picture in pixels.
    package let width: Int
    /// The height of the picture in pixels.
    package let height: Int
    /// The order of the samples in a row.
    package let layout: PixelLayout
    private let horizontal: HorizontalPass
    /// The vertical pass of each size.
    private let vertical: [VerticalPass]
    /// The number of rows that have been added.
    private var rows = 0
    /// The cells of the size that has as many cells as the picture has pixels in both directions, when colours are
    /// multiplied with alpha: Pillow returns a copy of such a picture. Nil if there is no such size.
    private var copy: [UInt8]?

    /// Creates a reducer.
    ///
    /// - Parameters:
    ///   - width: The width of the picture in pixels, 1...65535.
    ///   - height: The height of the picture in pixels, 1...65535.
    ///   - layout: The order of the samples in a row.
    ///   - sizes: The number of cells along each side of each grid, 1...256.
    ///   - method: The method of computing the grids. All methods have the same results.
    package init(
        width: Int, height: Int, layout: PixelLayout, sizes: [Int], method: ReductionMethod = .fastest
    ) {
        Grid.checkReduction(width: width, height: height, sizes: sizes)
        self.width = width
        self.height = height
        self.layout = layout
        let filters = sizes.map { TriangleFilter(length: width, cells: $0) }
        copy = layout.color.hasAlpha && width == height && sizes.contains(width) ? [] : nil
        horizontal = HorizontalPass(filters, layout: layout, method: method)
        var first = 0
        vertical = sizes.map { size in
            defer { first += size }
            return VerticalPass(TriangleFilter(length: height, cells: size), first: first, method: method)
        }
    }

    /// Returns an upper bound, in bytes, of the memory that a reducer allocates: the weights of both passes, sums over
    /// parts of a row with the tables of each column of cells, and 16 bytes for each cell.
    package static func workingSetBytes(width: Int, height: Int, sizes: [Int]) -> Int {
        let cells = sizes.reduce(0) { $0 + $1 * $1 }
        let columns = sizes.reduce(0, +)
        return (width + height) * sizes.count * 2 * 3 * 4 + width * 4 + columns * 256 + cells * 16 + 65536
    }

    /// Adds the next row of the picture.
    ///
    /// - Parameter fill: Writes the row, `width * layout.stride` bytes, into the buffer. An error that it throws is
    ///   passed on.
    package func addRow<Failure: Error>(
        _ fill: (UnsafeMutableBufferPointer<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        precondition(rows < height, "more rows than the picture has")
        try fill(UnsafeMutableBufferPointer(start: horizontal.row, count: horizontal.rowBytes))
        rows += 1
        if copy != nil {
            for x in 0..<width {
                for band in 0..<4 where layout == .rgba || band == 0 || band == 3 {
                    copy?.append(horizontal.row[4 * x + band])
                }
            }
        }
        horizontal.reduce()
        for pass in vertical { pass.add(horizontal.results) }
    }

    /// Returns the grid of each size, in the order of the sizes. All rows of the picture must have been added.
    package func grids() -> [Grid] {
        precondition(rows == height, "rows are missing")
        return vertical.map { pass in
            if let copy, pass.cells == width {
                return Grid(size: pass.cells, color: layout.color, samples: copy)
            }
            return pass.grid(layout.color)
        }
    }
}
