// SPDX-License-Identifier: Apache-2.0

/// How a camera was held: EXIF tag 0x0112. The names say what has to be done to the stored picture to see it upright.
package enum Orientation: Int, Sendable, CaseIterable {
    case upright = 1
    case mirror = 2
    case rotateHalf = 3
    case flip = 4
    case transpose = 5
    case rotateRight = 6
    case transverse = 7
    case rotateLeft = 8

    /// Width and height change places.
    package var swapsSides: Bool { rawValue >= 5 }

    /// Where the cell shown at (`row`, `column`) of a square is stored; `last` is the side's last index.
    package func source(row: Int, column: Int, last: Int) -> (row: Int, column: Int) {
        switch self {
        case .upright: (row, column)
        case .mirror: (row, last - column)
        case .rotateHalf: (last - row, last - column)
        case .flip: (last - row, column)
        case .transpose: (column, row)
        case .rotateRight: (last - column, row)
        case .transverse: (last - column, last - row)
        case .rotateLeft: (column, last - row)
        }
    }
}
