// SPDX-License-Identifier: Apache-2.0

/// Shrinks a picture to grids of several sizes while its rows stream by: horizontally first, rounded to 8 bits,
/// then vertically, bit for bit as Pillow's `resize((n, n), BILINEAR)` up to release 12.1 does.
///
/// Needs memory in proportion to width + height, never to the area. Not to be shared between threads.
package final class GridReducer {
    package let width: Int
    package let height: Int
    package let layout: PixelLayout
    private let horizontal: HorizontalPass
    private let vertical: [VerticalPass]
    private var rows = 0

    /// Sides are 1...65535, sizes 1...256.
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

    /// What a reducer allocates at most, about: weights of both axes, sums, and 16 bytes a cell.
    package static func workingSetBytes(width: Int, height: Int, sizes: [Int]) -> Int {
        let cells = sizes.reduce(0) { $0 + $1 * $1 }
        return (width + height) * sizes.count * 2 * 3 * 4 + width * 4 + cells * 16 + 65536
    }

    /// Lets `fill` write the next row, `width * layout.stride` bytes, and reduces it.
    package func addRow<Failure: Error>(
        _ fill: (UnsafeMutableBufferPointer<UInt8>) throws(Failure) -> Void
    ) throws(Failure) {
        precondition(rows < height, "more rows than the picture has")
        try fill(UnsafeMutableBufferPointer(start: horizontal.row, count: horizontal.rowBytes))
        rows += 1
        horizontal.reduce()
        for pass in vertical { pass.add(horizontal.results) }
    }

    /// The grids in the order of the sizes; after the last row.
    package func grids() -> [Grid] {
        precondition(rows == height, "rows are missing")
        return vertical.map { $0.grid(bands: layout.bands) }
    }
}
