// SPDX-License-Identifier: Apache-2.0

/// The sums of the colours of pixels, and of their squares: what the mean and the errors of a set of colours follow
/// from, and those of a part that is left when another part is taken away.
struct ColorMoments {
    /// The number of pixels.
    private(set) var pixels = 0
    /// The sum of the samples along each axis.
    private(set) var sums = SIMD3<Int>()
    /// The sum of the squares of the samples along each axis, below 2^32 * 2^16.
    private var squares = SIMD3<Int>()

    @inline(__always)
    mutating func add(_ color: UInt32, _ count: Int) {
        let samples = SIMD3(Int(color & 255), Int(color >> 8 & 255), Int(color >> 16 & 255))
        let weighted = samples &* count
        pixels &+= count
        sums &+= weighted
        squares &+= weighted &* samples
    }

    /// Returns the sums without those of a part.
    func less(_ part: ColorMoments) -> ColorMoments {
        var rest = self
        rest.pixels -= part.pixels
        rest.sums &-= part.sums
        rest.squares &-= part.squares
        return rest
    }

    /// The mean colour, rounded.
    var mean: ColorPoint {
        let half = pixels / 2
        return ColorPoint(
            red: (sums.x + half) / pixels, green: (sums.y + half) / pixels, blue: (sums.z + half) / pixels)
    }

    /// The sum of squared differences from the mean along each axis.
    var errors: SIMD3<Double> {
        // Differences from the rounded mean are small, so that the numbers are nearly exact.
        let rounded = mean
        let mean = SIMD3(rounded.red, rounded.green, rounded.blue)
        let differences = SIMD3<Double>(sums &- mean &* pixels)
        let near = squares &- 2 &* mean &* sums &+ mean &* mean &* pixels
        return SIMD3<Double>(near) - differences * differences / Double(pixels)
    }
}
