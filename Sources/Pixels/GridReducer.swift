// SPDX-License-Identifier: Apache-2.0

import CPixels

/// A reducer of one picture to grids of several sizes. It takes the picture row by row and averages each row
/// horizontally, rounded to 8 bits, before it averages vertically. The grids are bit for bit those of Pillow's
/// `resize((n, n), BILINEAR)` up to release 12.1.
///
/// The memory of a reducer grows with width + height, not with the number of pixels. One thread at a time may use it.
///
/// A reducer can be used again for the next frame of an animation, in which few rows differ. It then has the averages
/// of all rows in memory, so that the others need not be averaged horizontally again.
package final class GridReducer {
    /// The width of the picture in pixels.
    package let width: Int
    /// The height of the picture in pixels.
    package let height: Int
    /// The order of the samples in a row.
    package let layout: PixelLayout
    private let horizontal: HorizontalPass
    /// The vertical pass of each size, and the same passes as `CPixels` adds rows to them.
    private let vertical: [VerticalPass]
    private let passes: Storage<px_vertical_pass>
    private let kernels: px_kernels
    /// The number of rows that have been added.
    private var rows = 0
    /// The number of complete frames before this one.
    private var frames = 0
    /// The cells of the size that has as many cells as the picture has pixels in both directions, when colours are
    /// multiplied with alpha: Pillow returns a copy of such a picture. Nil if there is no such size.
    private var copy: [UInt8]?
    /// The horizontal averages of each row of the last frame; empty if they are not needed or too many.
    private let kept: Storage<UInt8>

    /// Creates a reducer.
    ///
    /// - Parameters:
    ///   - width: The width of the picture in pixels, 1...65535.
    ///   - height: The height of the picture in pixels, 1...65535.
    ///   - layout: The order of the samples in a row.
    ///   - sizes: The number of cells along each side of each grid, 1...256.
    ///   - frames: The number of frames. If there are several, `keepsRows` can be true.
    ///   - method: The method of computing the grids. All methods have the same results.
    package init(
        width: Int, height: Int, layout: PixelLayout, sizes: [Int], frames: Int = 1,
        method: ReductionMethod = .fastest
    ) {
        Grid.checkReduction(width: width, height: height, sizes: sizes)
        self.width = width
        self.height = height
        self.layout = layout
        let filters = sizes.map { TriangleFilter(length: width, cells: $0) }
        let isCopied = layout.color.hasAlpha && width == height && sizes.contains(width)
        copy = isCopied ? [UInt8](repeating: 0, count: width * height * layout.bands) : nil
        kept = Storage(count: Self.keptBytes(width: width, height: height, sizes: sizes, frames: frames))
        horizontal = HorizontalPass(filters, layout: layout, method: method)
        var first = 0
        vertical = sizes.map { size in
            defer { first += size }
            return VerticalPass(TriangleFilter(length: height, cells: size), first: first)
        }
        passes = Storage(vertical.map { $0.begin() })
        kernels = method.kernels
    }

    /// The number of bytes behind a row that may be read: the inner loops load 32 bytes at a pixel of 4.
    package static let readableBytes = 28

    /// Returns the number of bytes of the averages of all rows that a reducer of several frames has in memory: none if
    /// they are more than the pixels of a frame.
    package static func keptBytes(width: Int, height: Int, sizes: [Int], frames: Int) -> Int {
        let cells = sizes.reduce(0, +)
        return frames > 1 && cells <= width ? 4 * height * cells : 0
    }

    /// Returns an upper bound, in bytes, of the memory that a reducer allocates besides `keptBytes`: the weights of
    /// both passes, sums over parts of a row with the tables of each column of cells, and 16 bytes for each cell.
    package static func workingSetBytes(width: Int, height: Int, sizes: [Int]) -> Int {
        let cells = sizes.reduce(0) { $0 + $1 * $1 }
        let columns = sizes.reduce(0, +)
        return (width + height) * sizes.count * 2 * 3 * 4 + width * 16 + columns * 256 + cells * 16 + 65536
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
        copyRow()
        horizontal.reduce()
        addAverages()
    }

    /// Adds the next row of a picture without alpha, which is elsewhere in memory. The `readableBytes` after it may be
    /// read.
    package func addRow(at row: UnsafePointer<UInt8>) {
        precondition(rows < height, "more rows than the picture has")
        precondition(layout == .rgbx || layout == .gray, "a row that changes in place")
        horizontal.reduce(row)
        addAverages()
    }

    /// Adds a row that is the same as in the frame before.
    package func repeatRow() {
        precondition(keepsRows && rows < height, "no such row")
        add(kept.base + rows * horizontal.results.count)
    }

    /// True when rows of the frame before can be added again with `repeatRow`.
    package var keepsRows: Bool { kept.count > 0 && frames > 0 }

    /// Begins the next frame. All rows of the frame before must have been added.
    package func beginFrame() {
        precondition(rows == height, "rows are missing")
        frames += 1
        rows = 0
        for (index, pass) in vertical.enumerated() { passes.base[index] = pass.begin() }
    }

    private func copyRow() {
        guard copy != nil else { return }
        var at = rows * width * layout.bands
        for x in 0..<width {
            for band in 0..<4 where layout == .rgba || band == 0 || band == 3 {
                copy?[at] = horizontal.row[4 * x + band]
                at += 1
            }
        }
    }

    private func addAverages() {
        if kept.count > 0 {
            (kept.base + rows * horizontal.results.count).update(
                from: horizontal.results.base, count: horizontal.results.count)
        }
        add(horizontal.results.base)
    }

    private func add(_ averages: UnsafePointer<UInt8>) {
        kernels.add_row?(passes.base, passes.count, Int64(rows), averages)
        rows += 1
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
