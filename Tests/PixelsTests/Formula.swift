// SPDX-License-Identifier: Apache-2.0

import Pixels

/// A picture by formula, the same as in `make_golden.py`: no file is needed to know it.
struct FormulaPicture {
    var width: Int
    var height: Int
    var layout: PixelLayout

    func row(_ y: Int) -> [UInt8] {
        var row: [UInt8] = []
        row.reserveCapacity(width * layout.stride)
        for x in 0..<width {
            for band in 0..<layout.bands {
                let value = UInt8(truncatingIfNeeded: 7 * x + 13 * y + 101 * band + (x * y) % 251)
                row.append(layout == .cmyk ? 255 - value : value)
            }
            if layout == .rgbx { row.append(UInt8(truncatingIfNeeded: x &* 31 &+ y)) }
        }
        return row
    }

    func grids(_ sizes: [Int], method: ReductionMethod = .fastest) -> [Grid] {
        let reducer = GridReducer(width: width, height: height, layout: layout, sizes: sizes, method: method)
        for y in 0..<height {
            let row = row(y)
            reducer.addRow { _ = $0.update(fromContentsOf: row) }
        }
        return reducer.grids()
    }
}
