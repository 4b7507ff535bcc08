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
    }

    /// Creates a sampler.
    ///
    /// - Parameters:
    ///   - width: The width of the picture in pixels, 1...65535.
    ///   - height: The height of the picture in pixels, 1...65535.
    ///   - layout: The order of the samples in a row, not `cmyk`.
    ///   - sizes: The number of cells along each side of each grid, 1...256.
    package init(width: Int, height: Int, layout: PixelLayout, sizes: [Int]) {
        precondition((1...65535).contains(width) && (1...65535).contains(height), "no such picture")
        precondition(sizes.allSatisfy((1...256).contains) && layout != .cmyk, "no such grid")
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
        for index in samplers.indices {
            // A picture lower than the grid has rows that several rows of cells show.
            while samplers[index].samples.count < samplers[index].filled(until: row, layout.bands) {
                for column in samplers[index].columns {
                    let at = column * layout.stride
                    if layout == .grayAlpha {
                        samplers[index].samples.append(pixels[at])
                        samplers[index].samples.append(pixels[at + 3])
                    } else {
                        for band in 0..<layout.bands { samplers[index].samples.append(pixels[at + band]) }
                    }
                }
            }
        }
        row += 1
    }

    /// Returns the grid of each size, in the order of the sizes. All rows of the picture must have been added.
    package func grids() -> [Grid] {
        precondition(row == height, "rows are missing")
        return samplers.map { Grid(size: $0.size, color: layout.color, samples: $0.samples) }
    }
}

extension PointSampler.Sampler {
    /// Returns the number of samples of all rows of cells that show a row of the picture up to `row`.
    fileprivate func filled(until row: Int, _ bands: Int) -> Int {
        rows.prefix { $0 <= row }.count * size * bands
    }
}
