// SPDX-License-Identifier: Apache-2.0

/// The multipliers of the colour transform (WebP Lossless Bitstream Specification, section 4.2), the same for the whole
/// image: red is stored less a multiple of green, and blue less multiples of green and red, in units of 1/32.
struct VP8LColorTransform: Equatable {
    /// The largest number of pixels by which the multipliers are chosen.
    private static let sampled = 1024

    var greenToRed = 0
    var greenToBlue = 0
    var redToBlue = 0

    /// The pixel that stands for the multipliers.
    var pixel: UInt32 {
        UInt32(redToBlue & 255) << 16 | UInt32(greenToBlue & 255) << 8 | UInt32(greenToRed & 255)
    }

    /// Creates the multipliers that make the samples of `residuals` take the fewest bits, as estimated by the entropy
    /// of each colour.
    init(for residuals: [UInt32]) {
        let pixels = VP8LEntropy(residuals, most: Self.sampled).pixels
        let red = pixels.map { Int16(Int8(truncatingIfNeeded: $0 >> 16)) }
        let green = pixels.map { Int16(Int8(truncatingIfNeeded: $0 >> 8)) }
        var blue = pixels.map { Int16(Int8(truncatingIfNeeded: $0)) }
        greenToRed = Self.best(around: [0, 32]) { Self.units(red, less: $0, of: green) }
        greenToBlue = Self.best(around: [0, 32]) { Self.units(blue, less: $0, of: green) }
        blue = pixels.map { Int16(Self.blue($0, greenToBlue, 0)) }
        redToBlue = Self.best(around: [0]) { Self.units(blue, less: $0, of: red) }
    }

    /// Returns the entropy of samples less multiples of others, modulo 256. There are at most `sampled`.
    private static func units(_ samples: [Int16], less multiplier: Int, of others: [Int16]) -> Int {
        let multiplier = Int16(truncatingIfNeeded: multiplier)
        let (samples, others) = (samples.span, others.span)
        var differences = InlineArray<1024, UInt8>(repeating: 0)
        let count = min(samples.count, others.count, 1024)
        for index in 0..<count {
            differences[index] = UInt8(
                truncatingIfNeeded: samples[index] &- (multiplier &* others[index]) &>> 5)
        }
        var counts = InlineArray<512, Int32>(repeating: 0)
        let all = differences.span
        for index in 0..<count {
            counts[Int(all[index]) &+ (index & 1) &* 256] &+= 1
        }
        return VP8LEntropy.units(counts.span)
    }

    init() {}

    /// Returns the multiplier with the least cost near one of several others.
    private static func best(around starts: [Int], _ cost: (Int) -> Int) -> Int {
        var best = (cost: Int.max, multiplier: 0)
        func offer(_ multiplier: Int) {
            let cost = cost(multiplier)
            if cost < best.cost { best = (cost, multiplier) }
        }
        for start in starts { offer(start) }
        for step in [12, 6, 3] {
            let center = best.multiplier
            offer(center - step)
            offer(center + step)
        }
        return best.multiplier
    }

    /// Returns a pixel as it is stored.
    func apply(_ pixel: UInt32) -> UInt32 {
        pixel & 0xFF00_FF00 | UInt32(Self.red(pixel, greenToRed)) << 16
            | UInt32(Self.blue(pixel, greenToBlue, redToBlue))
    }

    private static func red(_ pixel: UInt32, _ greenToRed: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: pixel >> 16) &- delta(greenToRed, pixel >> 8)
    }

    private static func blue(_ pixel: UInt32, _ greenToBlue: Int, _ redToBlue: Int) -> UInt8 {
        UInt8(truncatingIfNeeded: pixel) &- delta(greenToBlue, pixel >> 8) &- delta(redToBlue, pixel >> 16)
    }

    /// Returns a multiple of a sample, the lowest byte of `sample` as a signed number.
    private static func delta(_ multiplier: Int, _ sample: UInt32) -> UInt8 {
        UInt8(truncatingIfNeeded: (multiplier * Int(Int8(truncatingIfNeeded: sample))) >> 5)
    }
}
