// SPDX-License-Identifier: Apache-2.0

package import Pixels

/// The samples of the components of a grid's cells. The picture has no other colours, so that converting
/// the cells converts it.
package enum ColorConversion {
    /// One plane of n * n samples a component.
    package static func planes(of grid: Grid) -> [[UInt8]] {
        switch grid.bands {
        case 1: [grid.samples]
        case 3: luminanceAndChrominance(grid.samples)
        // Adobe's convention, to which Pillow keeps: no ink is 255.
        default:
            (0..<4).map { band in
                stride(from: band, to: grid.samples.count, by: 4).map { ~grid.samples[$0] }
            }
        }
    }

    /// libjpeg's `rgb_ycc_convert` (jccolor.c): Q16 factors, rounded; chrominance rounds half down.
    private static func luminanceAndChrominance(_ samples: [UInt8]) -> [[UInt8]] {
        var planes = [[UInt8]](repeating: [], count: 3)
        for plane in 0..<3 { planes[plane].reserveCapacity(samples.count / 3) }
        for cell in stride(from: 0, to: samples.count, by: 3) {
            let red = Int32(samples[cell])
            let green = Int32(samples[cell + 1])
            let blue = Int32(samples[cell + 2])
            let half: Int32 = 1 << 15
            let center: Int32 = 128 << 16
            planes[0].append(level(19595 * red + 38470 * green + 7471 * blue + half))
            planes[1].append(level(-11059 * red - 21709 * green + 32768 * blue + center + half - 1))
            planes[2].append(level(32768 * red - 27439 * green - 5329 * blue + center + half - 1))
        }
        return planes
    }

    private static func level(_ value: Int32) -> UInt8 { UInt8(truncatingIfNeeded: value >> 16) }
}
