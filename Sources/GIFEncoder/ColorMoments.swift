// SPDX-License-Identifier: Apache-2.0

/// The sums of the colours of pixels, and of their squares: what the mean and the errors of a set of colours follow
/// from, and those of a part that is left when another part is taken away.
struct ColorMoments {
    /// The number of pixels.
    private(set) var pixels = 0
    // Single numbers, because older processors do not multiply vectors of 64-bit numbers.
    private var red = 0, green = 0, blue = 0
    private var redSquares = 0, greenSquares = 0, blueSquares = 0

    /// The sum of the samples along each axis.
    var sums: SIMD3<Int> { SIMD3(red, green, blue) }
    /// The sum of the squares of the samples along each axis, below 2^32 * 2^16.
    private var squares: SIMD3<Int> { SIMD3(redSquares, greenSquares, blueSquares) }

    @inline(__always)
    mutating func add(_ color: UInt32, _ count: Int) {
        let (r, g, b) = (Int(color & 255), Int(color >> 8 & 255), Int(color >> 16 & 255))
        pixels &+= count
        red &+= r &* count
        green &+= g &* count
        blue &+= b &* count
        redSquares &+= r &* r &* count
        greenSquares &+= g &* g &* count
        blueSquares &+= b &* b &* count
    }

    /// Returns the sums without those of a part.
    func less(_ part: ColorMoments) -> ColorMoments {
        var rest = self
        rest.pixels -= part.pixels
        rest.red -= part.red
        rest.green -= part.green
        rest.blue -= part.blue
        rest.redSquares -= part.redSquares
        rest.greenSquares -= part.greenSquares
        rest.blueSquares -= part.blueSquares
        return rest
    }

    /// The mean colour, rounded.
    var mean: ColorPoint {
        let half = pixels / 2
        return ColorPoint(
            red: (red + half) / pixels, green: (green + half) / pixels, blue: (blue + half) / pixels)
    }

    /// The sum of squared differences from the mean along each axis.
    var errors: SIMD3<Double> {
        // Differences from the rounded mean are small, so that the numbers are nearly exact.
        let rounded = mean
        let mean = SIMD3(rounded.red, rounded.green, rounded.blue)
        let differences = SIMD3<Double>(sums &- mean &* pixels)
        let sums = sums
        let near = squares &- 2 &* mean &* sums &+ mean &* mean &* pixels
        return SIMD3<Double>(near) - differences * differences / Double(pixels)
    }
}
