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
        // Constants, for which the compiler makes loops of their own.
        switch grid.color {
        case .gray: colors(grid.samples, bands: 1, hasColor: false, hasAlpha: false)
        case .grayAlpha: colors(grid.samples, bands: 2, hasColor: false, hasAlpha: true)
        case .rgb: colors(grid.samples, bands: 3, hasColor: true, hasAlpha: false)
        case .rgba: colors(grid.samples, bands: 4, hasColor: true, hasAlpha: true)
        case .gray16, .cmyk: preconditionFailure("not 8 bits a sample, or CMYK")
        }
    }

    @inline(__always)
    private static func colors(
        _ samples: [UInt8], bands: Int, hasColor: Bool, hasAlpha: Bool
    ) -> [UInt32] {
        let samples = samples.span
        return (0..<samples.count / bands).map { cell in
            let at = cell &* bands
            if hasAlpha, samples[at &+ bands &- 1] < 128 { return transparent }
            return hasColor
                ? UInt32(samples[at]) | UInt32(samples[at &+ 1]) << 8 | UInt32(samples[at &+ 2]) << 16
                : UInt32(samples[at]) &* 0x01_0101
        }
    }
}
