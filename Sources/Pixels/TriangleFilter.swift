// SPDX-License-Identifier: Apache-2.0

/// The weights with which Pillow's BILINEAR filter shrinks (or grows) one axis to `cells` samples.
///
/// Sample `k` of the result is `(sum of weights[offsets[k] + i] * p[starts[k] + i] + 2^21) >> 22` over
/// `i` in `0 ..< counts[k]`: weights are Q22 integers. The formula, in IEEE doubles, operation by operation, is
/// that of Pillow's `precompute_coeffs` and `normalize_coeffs_8bpc` (libImaging/Resample.c); any reordering
/// or contraction would change some weight by one.
package struct TriangleFilter: Sendable {
    package static let precisionBits = 22

    /// Length of the axis in the picture, in pixels.
    package let length: Int
    /// Length of the axis in the grid.
    package let cells: Int
    package let starts: [Int]
    package let counts: [Int]
    /// Where the weights of a cell begin in `weights`.
    package let offsets: [Int]
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
                // A true division, not a multiplication by the inverse of the sum.
                let normalized = sum != 0 ? weight / sum : weight
                weights.append(Int32(0.5 + normalized * Double(1 << Self.precisionBits)))
            }
        }
        self.starts = starts
        self.counts = counts
        self.offsets = offsets
        self.weights = weights
    }

    /// The first pixel after the window of a cell.
    package func end(_ cell: Int) -> Int { starts[cell] + counts[cell] }
}
