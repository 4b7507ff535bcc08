// SPDX-License-Identifier: Apache-2.0

/// A picture of n x n cells: rows from the top, the samples of a cell side by side.
package struct Grid: Sendable, Equatable {
    /// Cells a side, 1...256.
    package let n: Int
    /// Samples a cell: 1 gray, 3 red green blue, 4 cyan magenta yellow black (0 = no ink).
    package let bands: Int
    /// `n * n * bands` bytes.
    package let samples: [UInt8]

    package init(n: Int, bands: Int, samples: [UInt8]) {
        precondition((1...256).contains(n), "a grid has 1...256 cells a side")
        precondition([1, 3, 4].contains(bands) && samples.count == n * n * bands, "not n x n cells")
        self.n = n
        self.bands = bands
        self.samples = samples
    }

    /// The grid as it is to be shown when the picture is stored in `orientation`.
    package func turned(from orientation: Orientation) -> Grid {
        guard orientation != .upright else { return self }
        var turned: [UInt8] = []
        turned.reserveCapacity(samples.count)
        for row in 0..<n {
            for column in 0..<n {
                let (sourceRow, sourceColumn) = orientation.source(row: row, column: column, last: n - 1)
                let at = (sourceRow * n + sourceColumn) * bands
                turned.append(contentsOf: samples[at..<at + bands])
            }
        }
        return Grid(n: n, bands: bands, samples: turned)
    }
}
