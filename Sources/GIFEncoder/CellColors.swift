// SPDX-License-Identifier: Apache-2.0

import Pixels

/// The colours of the cells of a grid as a GIF file can show them: opaque or transparent.
enum CellColors {
    /// The colour of a transparent cell. All others are below.
    static let transparent: UInt32 = 1 << 24

    /// Returns the colour of each cell, row by row: red, green and blue, of which red is in the lowest bits. A cell
    /// whose alpha is below 128 is transparent.
    ///
    /// - Parameter grid: A grid of 8 bits a sample, and not CMYK.
    static func colors(of grid: Grid) -> [UInt32] {
        let samples = grid.samples.span
        let bands = grid.bands
        var colors = [UInt32](repeating: transparent, count: samples.count / bands)
        let (hasColor, hasAlpha) = (grid.color.hasColor, grid.color.hasAlpha)
        precondition(grid.color != .gray16 && grid.color != .cmyk, "not 8 bits a sample, or CMYK")
        for cell in colors.indices {
            let at = cell * bands
            if hasAlpha, samples[at + bands - 1] < 128 { continue }
            colors[cell] =
                hasColor
                ? UInt32(samples[at]) | UInt32(samples[at + 1]) << 8 | UInt32(samples[at + 2]) << 16
                : UInt32(samples[at]) * 0x01_0101
        }
        return colors
    }
}
