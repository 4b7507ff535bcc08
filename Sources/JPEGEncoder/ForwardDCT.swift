// SPDX-License-Identifier: Apache-2.0

/// The accurate integer forward DCT of libjpeg (jfdctint.c; ITU-T T.81, A.3.3) for blocks that have few distinct rows.
///
/// The DCT has two passes, over the rows and over the columns of a block. Each output of a pass is a sum of products of
/// samples and integer factors, which is rounded by one shift. Integers can be summed in any order with the same
/// result. So the first pass adds up the products sample by sample, and the second pass those of the differences
/// between neighbouring rows: equal rows cost nothing. WritingFromTheGrid.md, "Sums in any order", has the proof.
package struct ForwardDCT: BitwiseCopyable, Sendable {
    /// The number of fractional bits of the factors, `CONST_BITS` of jfdctint.c.
    private static let constantBits: Int32 = 13
    /// The number of fractional bits of the first pass's outputs, `PASS1_BITS` of jfdctint.c.
    private static let firstPassBits: Int32 = 2

    /// The outputs of a pass of the DCT for a single sample: element i has the 8 outputs, before they are shifted, for
    /// a row whose sample i is 1 and whose other samples are 0. Their magnitudes are at most 11363.
    private let ofSamples: Table<SIMD8<Int16>>
    /// The outputs of a pass of the DCT for the first samples of a column: element `8 * length + k` has output k,
    /// before it is shifted, for 0...7 samples of 1, the number of which is `length`, followed by samples of 0. All 8
    /// elements of the vector have this value. The magnitudes are at most 29693. Output 0 is stored as `length`,
    /// without its factor 2^13.
    private let ofSteps: Table<SIMD8<Int16>>

    /// The transform, which has no state but its tables.
    package static let shared = ForwardDCT()

    private init() {
        ofSamples = Table((0..<8).map { place in Self.unshifted((0..<8).map { $0 == place ? 1 : 0 }) })
        ofSteps = Table(
            (0..<8).flatMap { length in
                let outputs = Self.unshifted((0..<8).map { $0 < length ? 1 : 0 })
                return (0..<8).map { SIMD8(repeating: $0 == 0 ? Int16(length) : outputs[$0]) }
            })
    }

    /// Returns the 8 outputs of the first pass of the DCT for a row of a block.
    ///
    /// - Parameter samples: The samples, each less 128: -128...127.
    /// - Returns: The one-dimensional DCT of the row, times sqrt(8) * 2^2, as in jfdctint.c.
    @inline(__always)
    package func firstPass(_ samples: SIMD8<Int16>) -> SIMD8<Int16> {
        var sums = SIMD8<Int32>(repeating: 1 << (Self.constantBits - Self.firstPassBits - 1))
        for place in 0..<8 {
            sums &+= Self.product(SIMD8(repeating: samples[place]), ofSamples[place])
        }
        return Self.narrowed(sums &>> (Self.constantBits - Self.firstPassBits))
    }

    /// Computes the coefficients of a block from the outputs of the first pass of the DCT.
    ///
    /// - Parameters:
    ///   - rows: The outputs of the first pass for each distinct row of the block, from the top.
    ///   - starts: The index 0...7 of the first block row that equals each distinct row.
    ///   - count: The number of distinct rows, 1...8.
    ///   - coefficients: Receives the rows of coefficients, 8 times as large as those of the standard.
    /// - Returns: The number of rows of coefficients that were written, 1 or 8. The coefficients of all other rows are
    ///   zero.
    @inline(__always)
    package func secondPass(
        _ rows: UnsafePointer<SIMD8<Int16>>, starts: BlockSpan.EightBytes, count: Int,
        into coefficients: UnsafeMutablePointer<SIMD8<Int16>>
    ) -> Int {
        let last = rows[count &- 1]
        switch count {
        case 1:
            coefficients[0] = last &<< 1
            return 1
        case 2:
            let step = rows[0] &- last
            let factors = ofSteps + 8 &* Int(starts[1])
            secondPass(last, into: coefficients) { Self.product(step, factors[$0]) }
        case 3:
            let (step1, step2) = (rows[0] &- rows[1], rows[1] &- last)
            let (factors1, factors2) = (ofSteps + 8 &* Int(starts[1]), ofSteps + 8 &* Int(starts[2]))
            secondPass(last, into: coefficients) {
                Self.product(step1, factors1[$0]) &+ Self.product(step2, factors2[$0])
            }
        default:
            secondPass(last, into: coefficients) { output in
                (1..<count).reduce(into: SIMD8<Int32>()) { sum, run in
                    let factors = ofSteps + 8 &* Int(starts[run])
                    sum &+= Self.product(rows[run &- 1] &- rows[run], factors[output])
                }
            }
        }
        return 8
    }

    /// Writes all 8 rows of coefficients of a block. Each row of the block is the last row plus a difference, and the
    /// transform is linear, so the coefficients are those of the last row plus those of the differences.
    ///
    /// - Parameters:
    ///   - last: The outputs of the first pass for the last row of the block.
    ///   - coefficients: Receives the coefficients, 8 times as large as those of the standard.
    ///   - ofSteps: A function that returns row `output` of the transform of the differences, in fixed point: scaled by
    ///     2^13, except row 0, which is unscaled.
    @inline(__always)
    private func secondPass(
        _ last: SIMD8<Int16>, into coefficients: UnsafeMutablePointer<SIMD8<Int16>>,
        ofSteps: (_ output: Int) -> SIMD8<Int32>
    ) {
        // The outputs of a constant are 8 times the constant and zeros.
        let sum = Self.widened(last) &<< 3 &+ ofSteps(0)
        coefficients[0] = Self.narrowed((sum &+ (1 << (Self.firstPassBits - 1))) &>> Self.firstPassBits)
        let half = SIMD8<Int32>(repeating: 1 << (Self.constantBits + Self.firstPassBits - 1))
        for output in 1..<8 {
            coefficients[output] = Self.narrowed(
                (ofSteps(output) &+ half) &>> (Self.constantBits + Self.firstPassBits))
        }
    }

    @inline(__always)
    private static func widened(_ lanes: SIMD8<Int16>) -> SIMD8<Int32> {
        SIMD8<Int32>(truncatingIfNeeded: lanes)
    }

    @inline(__always)
    private static func narrowed(_ lanes: SIMD8<Int32>) -> SIMD8<Int16> {
        SIMD8<Int16>(truncatingIfNeeded: lanes)
    }

    @inline(__always)
    private static func product(_ left: SIMD8<Int16>, _ right: SIMD8<Int16>) -> SIMD8<Int32> {
        widened(left) &* widened(right)
    }

    /// Returns the 8 outputs of a pass of the DCT for a row of samples, before they are shifted. The code is the even
    /// and the odd part of `jpeg_fdct_islow` (jfdctint.c), but outputs 0 and 4 have the factor 2^13 like the others:
    /// libjpeg leaves the factor out and shifts these two outputs by 13 bits less.
    private static func unshifted(_ samples: [Int32]) -> SIMD8<Int16> {
        let sum0 = samples[0] + samples[7]
        let sum1 = samples[1] + samples[6]
        let sum2 = samples[2] + samples[5]
        let sum3 = samples[3] + samples[4]
        let even0 = sum0 + sum3
        let even1 = sum1 + sum2
        let even2 = sum1 - sum2
        let even3 = sum0 - sum3
        var outputs = SIMD8<Int32>()
        outputs[0] = (even0 + even1) << constantBits
        outputs[4] = (even0 - even1) << constantBits
        let evenRotation = (even2 + even3) * 4433
        outputs[2] = evenRotation + even3 * 6270
        outputs[6] = evenRotation - even2 * 15137

        let odd4 = samples[3] - samples[4]
        let odd5 = samples[2] - samples[5]
        let odd6 = samples[1] - samples[6]
        let odd7 = samples[0] - samples[7]
        let rotation5 = (odd4 + odd6 + odd5 + odd7) * 9633
        let rotation1 = (odd4 + odd7) * -7373
        let rotation2 = (odd5 + odd6) * -20995
        let rotation3 = (odd4 + odd6) * -16069 + rotation5
        let rotation4 = (odd5 + odd7) * -3196 + rotation5
        outputs[7] = odd4 * 2446 + rotation1 + rotation3
        outputs[5] = odd5 * 16819 + rotation2 + rotation4
        outputs[3] = odd6 * 25172 + rotation2 + rotation3
        outputs[1] = odd7 * 12299 + rotation1 + rotation4
        return SIMD8(truncatingIfNeeded: outputs)
    }
}
