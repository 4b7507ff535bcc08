// SPDX-License-Identifier: Apache-2.0

package import Pixels

/// A picture whose samples are given by a formula, the same as in the `make_golden.py` of PixelsTests and
/// PixelationTests.
///
/// The sample of band c in column x and row y is the lowest byte of 7 x + 13 y + 101 c + (x y mod 251).
package struct FormulaPicture {
    package var width: Int
    package var height: Int
    package var layout: PixelLayout

    package init(width: Int, height: Int, layout: PixelLayout) {
        self.width = width
        self.height = height
        self.layout = layout
    }

    /// Returns row `y` as the decoder would, `width * layout.stride` bytes. The samples of CMYK are inverted, as
    /// stored, and the luminance of a picture with alpha is repeated.
    package func row(_ y: Int) -> [UInt8] {
        var row: [UInt8] = []
        row.reserveCapacity(width * layout.stride)
        for x in 0..<width {
            for band in 0..<layout.bands {
                let value = UInt8(truncatingIfNeeded: 7 * x + 13 * y + 101 * band + (x * y) % 251)
                row.append(layout == .cmyk ? 255 - value : value)
                if layout == .grayAlpha && band == 0 { row += [value, value] }
            }
            if layout == .rgbx { row.append(UInt8(truncatingIfNeeded: x &* 31 &+ y)) }
        }
        return row
    }

    /// Returns the grid of the picture for each of `sizes`, in their order.
    package func grids(_ sizes: [Int], method: ReductionMethod = .fastest) -> [Grid] {
        let reducer = GridReducer(width: width, height: height, layout: layout, sizes: sizes, method: method)
        for y in 0..<height {
            let row = row(y)
            reducer.addRow { _ = $0.update(fromContentsOf: row) }
        }
        return reducer.grids()
    }
}
