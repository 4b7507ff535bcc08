// SPDX-License-Identifier: Apache-2.0

/// Which cell each output pixel of an axis shows: Pillow's NEAREST from `cells` to `length`.
package enum NearestMap {
    /// The cell of each of the `length` pixels; not decreasing, from 0.
    ///
    /// Pillow (`ImagingScaleAffine`, libImaging/Geometry.c) keeps a **running** double sum and truncates it. The
    /// closed formula `(x + 0.5) * cells / length` differs for most lengths by a few pixels, so the sum it is.
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
