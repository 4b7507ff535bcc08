// SPDX-License-Identifier: Apache-2.0

/// A sampler of one picture to grids of several sizes. A cell has the colour of one pixel near its middle, which is
/// what Pillow's `resize((n, n), BILINEAR)` makes of pictures with a palette and of pictures of 1 bit a pixel, whose
/// samples have no averages.
package struct PointSampler {
    /// The width of the picture in pixels.
    package let width: Int
    /// The height of the picture in pixels.
    package let height: Int
    /// The order of the samples in a row: `gray`, `grayAlpha`, `rgbx` or `rgba`.
    package let layout: PixelLayout
    private var samplers: [Sampler]
    /// The number of rows that have been added.
    private var row = 0

    /// The sampler of one size.
    fileprivate struct Sampler {
        var size: Int
        /// The column of the picture of each column of cells.
        var columns: [Int]
        /// The row of the picture of each row of cells.
        var rows: [Int]
        var samples: [UInt8] = []
        /// The number of rows of cells that have their samples.
        var filled = 0
    }

    /// Creates a sampler.
    ///
    /// - Parameters:
    ///   - width: The width of the picture in pixels, 1...65535.
    ///   - height: The height of the picture in pixels, 1...65535.
    ///   - layout: The order of the samples in a row, not `cmyk`.
    ///   - sizes: The number of cells along each side of each grid, 1...256.
    package init(width: Int, height: Int, layout: PixelLayout, sizes: [Int]) {
        Grid.checkReduction(width: width, height: height, sizes: sizes)
        precondition(layout != .cmyk, "no such grid")
        self.width = width
        self.height = height
        self.layout = layout
        samplers = sizes.map { size in
            Sampler(
                size: size, columns: NearestMap.pixels(width, over: size),
                rows: NearestMap.pixels(height, over: size))
        }
    }

    /// Adds the next row of the picture, `width * layout.stride` bytes.
    package mutating func addRow(_ pixels: UnsafeBufferPointer<UInt8>) {
        precondition(row < height && pixels.count == width * layout.stride, "no such row")
        for index in samplers.indices { samplers[index].add(pixels, row, layout) }
        row += 1
    }

    /// Returns the grid of each size, in the order of the sizes. All rows of the picture must have been added.
    package func grids() -> [Grid] {
        precondition(row == height, "rows are missing")
        return samplers.map { Grid(size: $0.size, color: layout.color, samples: $0.samples) }
    }
}

extension PointSampler.Sampler {
    /// Adds row `row` of the picture to each row of cells that shows it. A picture lower than the grid has rows that
    /// several rows of cells show.
    fileprivate mutating func add(
        _ pixels: UnsafeBufferPointer<UInt8>, _ row: Int, _ layout: PixelLayout
    ) {
        while filled < rows.count, rows[filled] == row {
            for column in columns {
                let at = column * layout.stride
                if layout == .grayAlpha {
                    samples.append(pixels[at])
                    samples.append(pixels[at + 3])
                } else {
                    for band in 0..<layout.bands { samples.append(pixels[at + band]) }
                }
            }
            filled += 1
        }
    }
}
