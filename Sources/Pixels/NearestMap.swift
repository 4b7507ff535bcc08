// SPDX-License-Identifier: Apache-2.0

/// The cells that the pixels of an output show along one side, as Pillow's NEAREST enlarges a grid to a picture.
package enum NearestMap {
    /// Returns the index of the cell that each of `length` pixels shows. The indices begin at 0 and never decrease.
    ///
    /// Pillow (`ImagingScaleAffine`, libImaging/Geometry.c) adds up the step `cells / length` from pixel to pixel, in
    /// double precision, and truncates each sum. The formula `(x + 0.5) * cells / length` gives another cell for a few
    /// pixels of most lengths.
    ///
    /// - Parameters:
    ///   - cells: The number of cells along the side, 1...256.
    ///   - length: The number of pixels along the side, at least 1.
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
