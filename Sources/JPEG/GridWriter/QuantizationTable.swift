// SPDX-License-Identifier: Apache-2.0

/// A quantization table and the division by it.
struct QuantizationTable: Sendable {
    /// The steps by row and column of the block.
    let steps: [UInt8]
    /// From this magnitude on a coefficient is not quantized to zero; one vector for each row.
    let thresholds: [SIMD8<Int32>]
    /// ceil(2^20 / step).
    private let inverses: [UInt32]
    /// The quantized DC coefficient of a block whose samples are all the index.
    let constantDC: [Int32]

    /// Position in zigzag order to position in the block (ITU-T T.81, figure 5).
    static let naturalOrder: [Int] = [
        0, 1, 8, 16, 9, 2, 3, 10, 17, 24, 32, 25, 18, 11, 4, 5, 12, 19, 26, 33, 40, 48, 41, 34, 27, 20, 13, 6,
        7, 14,
        21, 28, 35, 42, 49, 56, 57, 50, 43, 36, 29, 22, 15, 23, 30, 37, 44, 51, 58, 59, 52, 45, 38, 31, 39,
        46, 53,
        60, 61, 54, 47, 55, 62, 63,
    ]
    static let zigzagOrder: [UInt8] = (0..<64).map { position in
        UInt8(naturalOrder.firstIndex(of: position) ?? 0)
    }

    /// Luminance and chrominance of ITU-T T.81, annex K.1, scaled to libjpeg's quality 75.
    static let standard = [
        QuantizationTable(
            standard: [
                16, 11, 10, 16, 24, 40, 51, 61, 12, 12, 14, 19, 26, 58, 60, 55, 14, 13, 16, 24, 40, 57, 69,
                56, 14, 17,
                22, 29, 51, 87, 80, 62, 18, 22, 37, 56, 68, 109, 103, 77, 24, 35, 55, 64, 81, 104, 113, 92,
                49, 64, 78,
                87, 103, 121, 120, 101, 72, 92, 95, 98, 112, 100, 103, 99,
            ]),
        QuantizationTable(
            standard: [
                17, 18, 24, 47, 99, 99, 99, 99, 18, 21, 26, 66, 99, 99, 99, 99, 24, 26, 56, 99, 99, 99, 99,
                99, 47, 66,
                99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
                99, 99, 99,
                99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99, 99,
            ]),
    ]

    /// `jpeg_quality_scaling(75)` is 200 - 2 * 75 percent.
    private init(standard table: [Int]) {
        let steps = table.map { UInt8(($0 * 50 + 50) / 100) }
        self.steps = steps
        thresholds = (0..<8).map { row in
            SIMD8<Int32>((0..<8).map { 4 * Int32(steps[row * 8 + $0]) })
        }
        inverses = steps.map { ((1 << 20) + UInt32($0) - 1) / UInt32($0) }
        var constants = [Int32](repeating: 0, count: 256)
        for sample in 0..<256 {
            // The transform of a constant: 64 times the sample, and nothing else.
            let coefficient = 64 * (Int32(sample) - 128)
            let step = 8 * Int32(steps[0])
            let magnitude = (abs(coefficient) + step / 2) / step
            constants[sample] = coefficient < 0 ? -magnitude : magnitude
        }
        constantDC = constants
    }

    var zigzagSteps: [UInt8] { Self.naturalOrder.map { steps[$0] } }

    /// Divides a coefficient as the transform leaves it, 8 times too large, by the step at `position` of the block and
    /// rounds half away from zero.
    ///
    /// floor(t / 8q) = floor(floor(t / 8) / q), and t / 8 is below 2^13: with the inverse rounded up, its error of less
    /// than q / 2^20 a unit stays below 1 / q as 2^13 * q < 2^20 for every q of the tables (61 at most).
    @inline(__always)
    func quantize(_ coefficient: Int32, at position: Int) -> Int32 {
        let bias = 4 * UInt32(steps[position])
        let quotient = (((coefficient.magnitude &+ bias) >> 3) &* inverses[position]) >> 20
        let magnitude = Int32(truncatingIfNeeded: quotient)
        return coefficient < 0 ? 0 &- magnitude : magnitude
    }
}
