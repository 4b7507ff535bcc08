// SPDX-License-Identifier: Apache-2.0

/// A reducer of one gray picture of 16 bits a sample to grids of several sizes. The grids are bit for bit those of
/// Pillow's `resize((n, n), BILINEAR)` of mode I;16 up to release 12.1, which averages in double precision and rounds
/// after each pass (libImaging/Resample.c).
///
/// The memory of a reducer grows with width + height, not with the number of pixels.
package struct Gray16Reducer {
    /// The width of the picture in pixels.
    package let width: Int
    /// The height of the picture in pixels.
    package let height: Int
    private var sizes: [Size]
    /// The number of rows that have been added.
    private var row = 0

    /// The pixels that have a weight in a cell.
    fileprivate struct Window {
        var start: Int
        var weights: [Double]
    }

    /// The averages of one size.
    fileprivate struct Size {
        var cells: Int
        var columns: [Window]
        var rows: [Window]
        /// The sum of each cell.
        var sums: [Double]
    }

    /// Creates a reducer.
    ///
    /// - Parameters:
    ///   - width: The width of the picture in pixels, 1...65535.
    ///   - height: The height of the picture in pixels, 1...65535.
    ///   - sizes: The number of cells along each side of each grid, 1...256.
    package init(width: Int, height: Int, sizes: [Int]) {
        Grid.checkReduction(width: width, height: height, sizes: sizes)
        self.width = width
        self.height = height
        self.sizes = sizes.map { size in
            Size(
                cells: size, columns: Self.windows(length: width, cells: size),
                rows: Self.windows(length: height, cells: size),
                sums: [Double](repeating: 0, count: size * size))
        }
    }

    private static func windows(length: Int, cells: Int) -> [Window] {
        var windows: [Window] = []
        TriangleFilter.forEachCell(length: length, cells: cells) {
            windows.append(Window(start: $0, weights: Array($1)))
        }
        return windows
    }

    /// Adds the next row of the picture, `width` samples.
    package mutating func addRow(_ samples: UnsafeBufferPointer<UInt16>) {
        precondition(row < height && samples.count == width, "no such row")
        for index in sizes.indices { sizes[index].add(samples, row) }
        row += 1
    }

    /// Returns the grid of each size, in the order of the sizes, with the colour model `gray16`. All rows of the
    /// picture must have been added.
    package func grids() -> [Grid] {
        precondition(row == height, "rows are missing")
        return sizes.map { size in
            let samples = size.sums.flatMap { sum -> [UInt8] in
                let level = Self.rounded(sum)
                return [UInt8(truncatingIfNeeded: level >> 8), UInt8(truncatingIfNeeded: level)]
            }
            return Grid(size: size.cells, color: .gray16, samples: samples)
        }
    }

    fileprivate static func rounded(_ sum: Double) -> Int { min(max(Int(sum + 0.5), 0), 65535) }
}

extension Gray16Reducer.Size {
    /// Adds row `row` of the picture to the cells in which it has a weight. The sum of a cell has the terms in the
    /// order of the rows, as in Pillow.
    fileprivate mutating func add(_ samples: UnsafeBufferPointer<UInt16>, _ row: Int) {
        let weights = rows.enumerated().compactMap { index, window -> (Int, Double)? in
            let at = row - window.start
            return window.weights.indices.contains(at) ? (index, window.weights[at]) : nil
        }
        for (column, window) in columns.enumerated() {
            var sum = 0.0
            for (at, weight) in window.weights.enumerated() {
                sum += Double(samples[window.start + at]) * weight
            }
            let average = Double(Gray16Reducer.rounded(sum))
            for (row, weight) in weights { sums[row * cells + column] += average * weight }
        }
    }
}
