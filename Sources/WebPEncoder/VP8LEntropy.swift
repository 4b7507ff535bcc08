// SPDX-License-Identifier: Apache-2.0

/// The entropy of samples of some pixels, as an estimate of the bits that they take. It is an integer, so that it is
/// the same on all machines.
struct VP8LEntropy {
    /// The largest number of pixels.
    private static let most = 4096
    /// The product of each number and its binary logarithm, in units of 1/256.
    private static let products = (0...most).map { Int32($0 * logarithm($0)) }

    let pixels: [UInt32]

    /// Takes at most `most` of the pixels of an image, evenly spaced: a part of a large image is representative.
    init(_ all: [UInt32], most: Int = Self.most) {
        let step = (all.count + most - 1) / most
        pixels = step <= 1 ? all : stride(from: 0, to: all.count, by: step).map { all[$0] }
    }

    /// Returns the binary logarithm of a number in units of 1/256, rounded down; 0 for 0.
    private static func logarithm(_ number: Int) -> Int {
        guard number > 1 else { return 0 }
        let whole = Int.bitWidth - 1 - number.leadingZeroBitCount
        // The fraction bit by bit: the logarithm of a square is twice the logarithm.
        var (mantissa, result) = (UInt64(number) << UInt64(31 - whole), whole)
        for _ in 0..<8 {
            mantissa = (mantissa * mantissa) >> 31
            let bit = mantissa >> 32
            result = result << 1 | Int(bit)
            mantissa >>= bit
        }
        return result
    }

    /// Returns the entropy of counted samples, up to a constant.
    ///
    /// - Parameter counts: Two counts of each sample, which are added: most samples are equal, and a count waits for
    ///   the one before of the same sample.
    static func units(_ counts: Span<Int32>) -> Int {
        let products = products.span
        var units = 0
        for index in 0..<256 { units &-= Int(products[Int(counts[index] &+ counts[index &+ 256])]) }
        return units
    }

    /// The entropy of the colours of all pixels.
    var units: Int {
        let pixels = pixels.span
        var units = 0
        for shift in stride(from: UInt32(0), to: 24, by: 8) {
            var counts = InlineArray<512, Int32>(repeating: 0)
            for index in pixels.indices {
                counts[Int(pixels[index] &>> shift & 255) &+ (index & 1) &* 256] &+= 1
            }
            units += Self.units(counts.span)
        }
        return units
    }
}
