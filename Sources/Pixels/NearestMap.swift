// SPDX-License-Identifier: Apache-2.0

/// The cell that each pixel of an output shows along one axis, as Pillow's NEAREST enlarges `cells` to `length`.
package enum NearestMap {
    /// Returns the index of the cell of each of the `length` pixels. The indices begin at 0 and never decrease.
    ///
    /// Pillow (`ImagingScaleAffine`, libImaging/Geometry.c) truncates a **running** sum of doubles. The closed formula
    /// `(x + 0.5) * cells / length` differs from it in a few pixels for most lengths.
    ///
    /// - Parameters:
    ///   - cells: The number of cells, 1...256.
    ///   - length: The number of pixels, at least 1.
    package static func cells(_ cells: Int, over length: Int) -> [UInt8] {
        precondition((1...256).contains(cells) && length >= 1, "no such axis")
        let step = Double(Float(cells)) / Double(length)
        var position = 0 + step * 0.5
        return (0..<length).map { _ in
            defer { position += step }
            return UInt8(min(Int(position), cells - 1))
        }
    }
}
