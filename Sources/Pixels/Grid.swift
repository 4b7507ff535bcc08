// SPDX-License-Identifier: Apache-2.0

/// The averaged colours of a picture: `size` rows of `size` cells from the top, the samples of a cell side by side.
package struct Grid: Sendable, Equatable {
    /// The number of cells along each side, 1...256.
    package let size: Int
    /// The number of samples of a cell: 1 for gray, 3 for red, green and blue, 4 for cyan, magenta, yellow and black,
    /// where 0 is no ink.
    package let bands: Int
    /// `size * size * bands` bytes.
    package let samples: [UInt8]

    package init(size: Int, bands: Int, samples: [UInt8]) {
        precondition((1...256).contains(size), "a grid has 1...256 cells along each side")
        precondition(
            [1, 3, 4].contains(bands) && samples.count == size * size * bands, "not size x size cells")
        self.size = size
        self.bands = bands
        self.samples = samples
    }

    /// Returns the grid as it is seen upright when the picture is stored in `orientation`.
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
