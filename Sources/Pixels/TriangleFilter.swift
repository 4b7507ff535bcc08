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
        let longest = Self.longestWindow(length: length, cells: cells)
        let weights = [Int32](unsafeUninitializedCapacity: cells * longest) { weights, count in
            Self.forEachCell(length: length, cells: cells) { start, normalized in
                starts.append(start)
                counts.append(normalized.count)
                offsets.append(count)
                let rounded = UnsafeMutableBufferPointer(rebasing: weights[count..<count + normalized.count])
                px_round_weights(
                    normalized.baseAddress, normalized.count, Double(1 << Self.precisionBits),
                    rounded.baseAddress)
                count += normalized.count
            }
        }
        self.starts = starts
        self.counts = counts
        self.offsets = offsets
        self.weights = weights
    }

    /// Returns the largest number of pixels that can have a weight in a cell. Both ends of a window are rounded, which
    /// makes it less than one pixel longer than the support on both sides; another pixel covers the errors of doubles.
    private static func longestWindow(length: Int, cells: Int) -> Int {
        min(length, 2 * ((length - 1) / cells + 1) + 2)
    }

    /// Calls `body` for each cell with the index of the first pixel that has a weight in it, and with the weights,
    /// which add up to nearly 1.
    static func forEachCell(length: Int, cells: Int, _ body: (Int, UnsafeBufferPointer<Double>) -> Void) {
        let scale = Double(Float(length)) / Double(cells)
        let support = scale < 1 ? 1 : scale
        let inverse = 1 / support
        let longest = longestWindow(length: length, cells: cells)
        withUnsafeTemporaryAllocation(of: Double.self, capacity: longest) { window in
            for cell in 0..<cells {
                let center = (Double(cell) + 0.5) * scale
                let start = max(0, Int(center - support + 0.5))
                let count = min(length, Int(center + support + 0.5)) - start
                precondition((0...longest).contains(count), "a window is longer than its memory")
                px_weigh_window(center, inverse, Int32(start), count, window.baseAddress)
                body(start, UnsafeBufferPointer(start: window.baseAddress, count: count))
            }
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
