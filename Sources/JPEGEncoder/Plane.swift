// SPDX-License-Identifier: Apache-2.0

package import Pixels

/// The samples of one component of a grid: one sample for each cell.
package struct Plane: BitwiseCopyable {
    /// The `size * size` samples, row by row from the top.
    let samples: UnsafePointer<UInt8>
    /// The number of cells along each side.
    let size: Int
    private let after = Plane.after

    /// Masks of 8 elements: in mask i the elements from index i on have all bits set, and the elements before are 0.
    /// They are read from memory because the compiler turns a comparison of vectors into eight comparisons of numbers.
    private static let after = Table(
        (0..<8).map { start in SIMD8<Int16>((0..<8).map { $0 < start ? 0 : -1 }) })

    package init(samples: UnsafePointer<UInt8>, size: Int) {
        self.samples = samples
        self.size = size
    }

    /// The sample of the cell in a row and a column of the grid.
    @inline(__always)
    subscript(row: UInt8, column: UInt8) -> Int {
        Int(samples[Int(row) &* size &+ Int(column)])
    }

    /// Returns a row of a block: 8 samples, each less 128 (the level shift of ITU-T T.81, A.3.1).
    ///
    /// Each sample is the mean of four pixels as in libjpeg's `h2v2_downsample` (jcsample.c): the sum of the pixels,
    /// plus 1 and 2 in turn along the row, divided by 4. The mean of four equal pixels is their value, so that this
    /// method also serves components that are not subsampled, with one pixel in place of four.
    ///
    /// - Parameters:
    ///   - first: The row of the grid that the upper two of the four pixels show.
    ///   - second: The row of the grid that the lower two pixels show; equal to `first` inside a cell.
    ///   - columns: The columns of the grid along the top side of the block.
    @inline(__always)
    package func levels(first: UInt8, second: UInt8, columns: UnsafePointer<BlockSpan>) -> SIMD8<Int16> {
        let upper = samples + Int(first) &* size
        let lower = samples + Int(second) &* size
        let bias = SIMD8<Int16>(1, 2, 1, 2, 1, 2, 1, 2) &- 4 * 128
        var levels = SIMD8<Int16>()
        for run in 0..<columns.pointee.count {
            let left = Int(columns.pointee.firsts[run])
            let right = Int(columns.pointee.seconds[run])
            let four = Int16(upper[left]) &+ Int16(upper[right]) &+ Int16(lower[left]) &+ Int16(lower[right])
            let level = (SIMD8(repeating: four) &+ bias) &>> 2
            levels ^= (levels ^ level) & after[Int(columns.pointee.starts[run])]
        }
        return levels
    }
}

// MARK: Colour conversion

extension Plane {
    /// Returns the samples of each component of a picture, one sample for each cell of `grid`. Only the cells are
    /// converted to the colour space of the file, because every pixel of the picture has the colour of a cell.
    package static func components(of grid: Grid) -> [[UInt8]] {
        switch grid.bands {
        case 1: [grid.samples]
        case 3: luminanceAndChrominance(grid.samples)
        // Adobe's convention, which Pillow follows: 255 is no ink.
        default:
            (0..<4).map { band in
                stride(from: band, to: grid.samples.count, by: 4).map { ~grid.samples[$0] }
            }
        }
    }

    /// Returns the Y, the Cb and the Cr samples of cells that are given as R, G and B.
    ///
    /// The conversion is libjpeg's `rgb_ycc_convert` (jccolor.c; JFIF 1.02, "Conversion to and from RGB"): its factors
    /// are integers in units of 2^-16, and its results are rounded, halves of Y upwards, of Cb and Cr downwards.
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

    /// Returns the integer part of a number that is given in units of 2^-16.
    private static func level(_ value: Int32) -> UInt8 { UInt8(truncatingIfNeeded: value >> 16) }
}
