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
        let samples = grid.samples
        return stride(from: 0, to: samples.count, by: grid.bands).map { at in
            func sample(_ band: Int) -> UInt32 { UInt32(samples[at + band]) }
            switch grid.color {
            case .gray: return sample(0) * 0x01_0101
            case .grayAlpha: return sample(1) < 128 ? transparent : sample(0) * 0x01_0101
            case .rgb: return sample(0) | sample(1) << 8 | sample(2) << 16
            case .rgba:
                return sample(3) < 128 ? transparent : sample(0) | sample(1) << 8 | sample(2) << 16
            case .gray16, .cmyk: preconditionFailure("not 8 bits a sample, or CMYK")
            }
        }
    }
}
