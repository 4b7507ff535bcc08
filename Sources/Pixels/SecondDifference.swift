// SPDX-License-Identifier: Apache-2.0

/// The coefficients with which the average of a cell follows from the second difference of the sums at its breakpoints
/// (article Arithmetic), factor * (second difference) + bias, with the bound of the error of that average. All are in
/// units of a sample.
struct SecondDifference {
    let factor: Double
    let bias: Double
    /// The distance between an average and the nearest integer below which the plain weighted sum is rounded to this
    /// integer.
    let safeDistance: Double

    /// Computes the coefficients of a cell.
    ///
    /// - Parameters:
    ///   - cell: The index of the cell.
    ///   - filter: The weights of the size.
    init(of cell: Int, _ filter: TriangleFilter) {
        let one = Double(1 << TriangleFilter.precisionBits)
        let support = Double(filter.length) / Double(filter.cells)
        let center = Breakpoints.middle(of: cell, filter)
        func triangle(_ x: Int) -> Double { max(0, support - abs(Double(x) + 0.5 - center)) }

        // The window has one pixel more on each side, so that a pixel that Pillow's rounding has left out counts as an
        // error.
        let window = max(0, filter.starts[cell] - 1)..<min(filter.length, filter.end(cell) + 1)
        var mass = 0.0
        for x in window { mass += triangle(x) }
        let factor = one / mass
        var error = 0.0
        var magnitude = 0.0
        for x in window {
            let index = x - filter.starts[cell]
            let isInside = index >= 0 && index < filter.counts[cell]
            let weight = isInside ? Double(filter.weights[filter.offsets[cell] + index]) : 0
            let difference = weight - factor * triangle(x)
            error += difference
            magnitude += abs(difference)
        }
        self.factor = factor / one
        bias = 128 * error / one
        // p = 128 + d with |d| <= 128, so the error is 128 * error +- 128 * magnitude. One more unit of 2^-22 covers
        // the rounding of all doubles, here and in the kernel, more than fourfold (Arithmetic.md).
        safeDistance = max(0, 0.5 - (128 * magnitude + 1) / one)
    }
}
