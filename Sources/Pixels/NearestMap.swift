// SPDX-License-Identifier: Apache-2.0

/// The cells that the pixels of an output show along one side, as Pillow's NEAREST enlarges a grid to a picture, and
/// the pixels that cells show, as it reduces a picture to a grid.
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
        return map(cells, over: length).map { UInt8($0) }
    }

    /// Returns the index of the cell that each of `length` pixels of a grid with 16 bits a sample shows. Pillow has
    /// another function for them (`ImagingGenericTransform`), which multiplies the step.
    ///
    /// - Parameters:
    ///   - cells: The number of cells along the side, 1...256.
    ///   - length: The number of pixels along the side, at least 1.
    package static func cells16(_ cells: Int, over length: Int) -> [UInt8] {
        precondition((1...256).contains(cells) && length >= 1, "no such axis")
        let step = Double(Float(cells)) / Double(length)
        return (0..<length).map { UInt8(min(Int(step * (Double($0) + 0.5)), cells - 1)) }
    }

    /// Returns the index of the pixel that each of `cells` cells shows. The indices never decrease.
    ///
    /// - Parameters:
    ///   - length: The number of pixels along the side, at least 1.
    ///   - cells: The number of cells along the side, 1...256.
    package static func pixels(_ length: Int, over cells: Int) -> [Int] {
        precondition((1...256).contains(cells) && length >= 1, "no such axis")
        return map(length, over: cells)
    }

    private static func map(_ from: Int, over count: Int) -> [Int] {
        let step = Double(Float(from)) / Double(count)
        var position = 0 + step * 0.5
        return (0..<count).map { _ in
            defer { position += step }
            return min(Int(position), from - 1)
        }
    }
}
