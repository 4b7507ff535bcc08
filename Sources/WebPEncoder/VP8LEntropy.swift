// SPDX-License-Identifier: Apache-2.0

/// The entropy of samples of some pixels, as an estimate of the bits that they take. It is an integer, so that it is
/// the same on all machines.
struct VP8LEntropy {
    /// The largest number of pixels.
    private static let most = 4096
    /// The product of each number and its binary logarithm, in units of 1/256.
    private static let products = (0...most).map { Int32($0 * logarithm($0)) }

    private let pixels: [UInt32]

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

    /// Returns the entropy of the samples that `sample` gives for the pixels, up to a constant.
    @inline(__always)
    func units(_ sample: (UInt32) -> UInt8) -> Int {
        // Two counts of each sample: most samples are equal, and a count waits for the one before of the same sample.
        var counts = InlineArray<512, Int32>(repeating: 0)
        let pixels = pixels.span
        for index in pixels.indices {
            counts[Int(sample(pixels[index])) &+ (index & 1) &* 256] &+= 1
        }
        let products = Self.products.span
        var units = 0
        for index in 0..<256 { units &-= Int(products[Int(counts[index] &+ counts[index &+ 256])]) }
        return units
    }

    /// The entropy of all samples.
    var units: Int {
        [0, 8, 16, 24].reduce(0) { sum, shift in sum + units { UInt8(truncatingIfNeeded: $0 >> shift) } }
    }
}
