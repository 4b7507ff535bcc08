// SPDX-License-Identifier: Apache-2.0

/// The reduction of a picture to grids of several sizes, row by row: horizontally first, rounded to 8 bits, then
/// vertically, bit for bit as Pillow's `resize((n, n), BILINEAR)` up to release 12.1.
///
/// Its memory grows with width + height, not with the area. One thread at a time may use it.
package final class GridReducer {
    package let width: Int
    package let height: Int
    package let layout: PixelLayout
    private let horizontal: HorizontalPass
    /// One pass a size.
    private let vertical: [VerticalPass]
    /// The number of rows added.
    private var rows = 0

    /// - Parameters:
    ///   - width: The pixels of a row, 1...65535.
    ///   - height: The rows of the picture, 1...65535.
    ///   - layout: The samples of a pixel.
    ///   - sizes: The number of cells along each side of each grid, 1...256.
    ///   - method: The way to compute the grids. All ways have the same results.
    package init(
        width: Int, height: Int, layout: PixelLayout, sizes: [Int], method: ReductionMethod = .fastest
    ) {
        precondition((1...65535).contains(width) && (1...65535).contains(height), "no such picture")
        precondition(sizes.allSatisfy((1...256).contains), "no such grid")
        self.width = width
        self.height = height
        self.layout = layout
        let filters = sizes.map { TriangleFilter(length: width, cells: $0) }
        horizontal = HorizontalPass(filters, layout: layout, method: method)
        var first = 0
        vertical = sizes.map { size in
            defer { first += size }
            return VerticalPass(TriangleFilter(length: height, cells: size), first: first, method: method)
        }
    }

    /// Returns an upper estimate of the bytes that a reducer allocates: weights of both axes, sums over segments, and
    /// 16 bytes a cell.
    package static func workingSetBytes(width: Int, height: Int, sizes: [Int]) -> Int {
        let cells = sizes.reduce(0) { $0 + $1 * $1 }
        return (width + height) * sizes.count * 2 * 3 * 4 + width * 4 + cells * 16 + 65536
    }

    /// Reduces the next row.
    ///
    /// - Parameter fill: Writes the row, `width * layout.stride` bytes.
    package func addRow<Failure: Error>(
        _ fill: (UnsafeMutableBufferPointer<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        precondition(rows < height, "more rows than the picture has")
        try fill(UnsafeMutableBufferPointer(start: horizontal.row, count: horizontal.rowBytes))
        rows += 1
        horizontal.reduce()
        for pass in vertical { pass.add(horizontal.results) }
    }

    /// Returns the grids in the order of the sizes. All rows must have been added.
    package func grids() -> [Grid] {
        precondition(rows == height, "rows are missing")
        return vertical.map { $0.grid(bands: layout.bands) }
    }
}
