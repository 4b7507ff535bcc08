// SPDX-License-Identifier: Apache-2.0

import CPixels

/// The weights with which the pixels along one side of a picture contribute to each cell, as in Pillow's BILINEAR
/// filter: they form a triangle around the middle of the cell.
///
/// The average of cell `k` is `(sum of weights[offsets[k] + i] * p[starts[k] + i] + 2^21) >> 22` over all `i` below
/// `counts[k]`, where `p` are the pixels. The weights are computed in IEEE doubles, operation by operation as in
/// Pillow's `precompute_coeffs` and `normalize_coeffs_8bpc` (libImaging/Resample.c). Another order of the operations,
/// or a fused multiplication and addition, would change some weights by one unit.
package struct TriangleFilter: Sendable {
    /// The number of fractional bits of a weight: weights are in units of 2^-22.
    package static let precisionBits = 22

    /// The number of pixels along the side.
    package let length: Int
    /// The number of cells along the side.
    package let cells: Int
    /// The index of the first pixel that has a weight in each cell.
    package let starts: [Int]
    /// The number of consecutive pixels that have a weight, for each cell.
    package let counts: [Int]
    /// The index, in `weights`, of the first weight of each cell.
    package let offsets: [Int]
    /// The weights of all cells, cell by cell, in units of 2^-22. Those of a cell add up to nearly 2^22.
    package let weights: [Int32]

    /// Creates the weights for a side of `length` pixels and `cells` cells, both at least 1.
    package init(length: Int, cells: Int) {
        precondition(length >= 1 && cells >= 1, "an axis has no pixels")
        self.length = length
        self.cells = cells

        var starts: [Int] = []
        var counts: [Int] = []
        var offsets: [Int] = []
        var weights: [Int32] = []
        weights.reserveCapacity(2 * length + 4 * cells)
        Self.forEachCell(length: length, cells: cells) { start, normalized in
            starts.append(start)
            counts.append(normalized.count)
            offsets.append(weights.count)
            for weight in normalized { weights.append(Int32(0.5 + weight * Double(1 << Self.precisionBits))) }
        }
        self.starts = starts
        self.counts = counts
        self.offsets = offsets
        self.weights = weights
    }

    /// Calls `body` for each cell with the index of the first pixel that has a weight in it, and with the weights,
    /// which add up to nearly 1.
    static func forEachCell(length: Int, cells: Int, _ body: (Int, [Double]) -> Void) {
        let scale = Double(Float(length)) / Double(cells)
        let support = scale < 1 ? 1 : scale
        let inverse = 1 / support
        var window: [Double] = []
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
            // Each weight is divided by the sum, as in Pillow, and not multiplied by the inverse of the sum.
            if sum != 0 { for index in window.indices { window[index] /= sum } }
            body(start, window)
        }
    }

    /// The pixels and weights of each cell as `CPixels` has them.
    var plainCells: [px_plain_cell] {
        (0..<cells).map { cell in
            px_plain_cell(
                start: Int64(starts[cell]), count: Int64(counts[cell]), weights: Int64(offsets[cell]))
        }
    }

    /// Returns the index after the last pixel that has a weight in a cell.
    package func end(_ cell: Int) -> Int { starts[cell] + counts[cell] }
}
