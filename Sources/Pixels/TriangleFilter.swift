// SPDX-License-Identifier: Apache-2.0

/// The weights with which Pillow's BILINEAR filter shrinks or enlarges one axis to `cells` samples.
///
/// Sample `k` of the result is `(sum of weights[offsets[k] + i] * p[starts[k] + i] + 2^21) >> 22` over
/// `i` in `0 ..< counts[k]`. Weights are integers in units of 2^-22. The formula, in IEEE doubles and operation by
/// operation, is that of Pillow's `precompute_coeffs` and `normalize_coeffs_8bpc` (libImaging/Resample.c). Another
/// order, or a fused multiplication and addition, would change some weights by one.
package struct TriangleFilter: Sendable {
    /// The number of fractional bits of a weight.
    package static let precisionBits = 22

    /// The length of the axis in the picture, in pixels.
    package let length: Int
    /// The length of the axis in the grid, in cells.
    package let cells: Int
    /// The index of the first pixel in the window of each cell.
    package let starts: [Int]
    /// The number of pixels in the window of each cell.
    package let counts: [Int]
    /// The index of the first weight of each cell in `weights`.
    package let offsets: [Int]
    /// The weights of all cells, cell by cell.
    package let weights: [Int32]

    package init(length: Int, cells: Int) {
        precondition(length >= 1 && cells >= 1, "an axis has no pixels")
        self.length = length
        self.cells = cells

        let scale = Double(Float(length)) / Double(cells)
        let support = scale < 1 ? 1 : scale
        let inverse = 1 / support
        var starts: [Int] = []
        var counts: [Int] = []
        var offsets: [Int] = []
        var weights: [Int32] = []
        var window: [Double] = []
        weights.reserveCapacity(2 * length + 4 * cells)

        for cell in 0..<cells {
            let center = (Double(cell) + 0.5) * scale
            let start = max(0, Int(center - support + 0.5))
            let end = min(length, Int(center + support + 0.5))
            window.removeAll(keepingCapacity: true)
            var sum = 0.0
            for x in start..<end {
                let distance = abs((Double(x) - center + 0.5) * inverse)
                let weight = distance < 1 ? 1 - distance : 0
                window.append(weight)
                sum += weight
            }
            starts.append(start)
            counts.append(end - start)
            offsets.append(weights.count)
            for weight in window {
                // As in Pillow a division, not a multiplication by the inverse of the sum.
                let normalized = sum != 0 ? weight / sum : weight
                weights.append(Int32(0.5 + normalized * Double(1 << Self.precisionBits)))
            }
        }
        self.starts = starts
        self.counts = counts
        self.offsets = offsets
        self.weights = weights
    }

    /// Returns the index of the first pixel after the window of a cell.
    package func end(_ cell: Int) -> Int { starts[cell] + counts[cell] }
}
