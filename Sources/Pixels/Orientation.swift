// SPDX-License-Identifier: Apache-2.0

/// The orientation of a stored picture. The raw values are those of the Exif tag Orientation (0x0112), and the names
/// are the operations that turn the stored picture upright.
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

    /// Returns the position in the stored picture of the cell that is in `row` and `column` of the upright picture.
    /// Both pictures are squares of cells.
    ///
    /// - Parameters:
    ///   - row: The row in the upright picture, 0...last.
    ///   - column: The column in the upright picture, 0...last.
    ///   - last: The index of the last row and of the last column.
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
