// SPDX-License-Identifier: Apache-2.0

/// The orientation of a stored picture, the value of the Exif tag 0x0112. The names are the operations that turn the
/// stored picture upright.
package enum Orientation: Int, Sendable, CaseIterable {
    case upright = 1
    case mirror = 2
    case rotateHalf = 3
    case flip = 4
    case transpose = 5
    case rotateRight = 6
    case transverse = 7
    case rotateLeft = 8

    /// True when the upright picture is as wide as the stored one is high.
    package var swapsSides: Bool { rawValue >= 5 }

    /// Returns the stored place of the cell that is seen at (`row`, `column`) of the upright square.
    ///
    /// - Parameter last: The last index of a row and of a column.
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
