// SPDX-License-Identifier: Apache-2.0

/// The averaged colours of a picture, one for each of `size` x `size` cells.
package struct Grid: Sendable, Equatable {
    /// The number of cells along each side, 1...256.
    package let size: Int
    /// The meaning of the samples of a cell.
    package let color: ColorModel
    /// The samples, `size * size * bands` bytes: the cells row by row from the top, and the samples of a cell side by
    /// side.
    package let samples: [UInt8]

    /// Creates a grid from `size * size * color.bands` samples.
    package init(size: Int, color: ColorModel, samples: [UInt8]) {
        precondition((1...256).contains(size), "a grid has 1...256 cells along each side")
        precondition(samples.count == size * size * color.bands, "not size x size cells")
        self.size = size
        self.color = color
        self.samples = samples
    }

    /// Checks the arguments of a reduction: sides of 1...65535 pixels, and grids of 1...256 cells along each side.
    static func checkReduction(width: Int, height: Int, sizes: [Int]) {
        precondition((1...65535).contains(width) && (1...65535).contains(height), "no such picture")
        precondition(sizes.allSatisfy((1...256).contains), "no such grid")
    }

    /// The number of bytes of a cell.
    package var bands: Int { color.bands }

    /// Returns the grid of the upright picture, when this grid is that of the picture stored in `orientation`.
    package func turned(from orientation: Orientation) -> Grid {
        guard orientation != .upright else { return self }
        var turned: [UInt8] = []
        turned.reserveCapacity(samples.count)
        let bands = bands
        for row in 0..<size {
            for column in 0..<size {
                let (sourceRow, sourceColumn) = orientation.source(row: row, column: column, last: size - 1)
                let at = (sourceRow * size + sourceColumn) * bands
                turned.append(contentsOf: samples[at..<at + bands])
            }
        }
        return Grid(size: size, color: color, samples: turned)
    }
}
