// SPDX-License-Identifier: Apache-2.0

/// The averaged colours of a picture, one for each of `size` x `size` cells.
package struct Grid: Sendable, Equatable {
    /// The number of cells along each side, 1...256.
    package let size: Int
    /// The number of samples of a cell: 1 for gray, 3 for red, green and blue, 4 for cyan, magenta, yellow and black,
    /// where 0 is no ink.
    package let bands: Int
    /// The samples, `size * size * bands` bytes: the cells row by row from the top, and the samples of a cell side by
    /// side.
    package let samples: [UInt8]

    /// Creates a grid from `size * size * bands` samples.
    package init(size: Int, bands: Int, samples: [UInt8]) {
        precondition((1...256).contains(size), "a grid has 1...256 cells along each side")
        precondition(
            [1, 3, 4].contains(bands) && samples.count == size * size * bands, "not size x size cells")
        self.size = size
        self.bands = bands
        self.samples = samples
    }

    /// Returns the grid of the upright picture, when this grid is that of the picture stored in `orientation`.
    package func turned(from orientation: Orientation) -> Grid {
        guard orientation != .upright else { return self }
        var turned: [UInt8] = []
        turned.reserveCapacity(samples.count)
        for row in 0..<size {
            for column in 0..<size {
                let (sourceRow, sourceColumn) = orientation.source(row: row, column: column, last: size - 1)
                let at = (sourceRow * size + sourceColumn) * bands
                turned.append(contentsOf: samples[at..<at + bands])
            }
        }
        return Grid(size: size, bands: bands, samples: turned)
    }
}
