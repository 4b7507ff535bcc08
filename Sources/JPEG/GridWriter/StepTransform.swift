// SPDX-License-Identifier: Apache-2.0

/// libjpeg's accurate integer DCT (jfdctint.c) of 8 samples that are constant but for a few steps.
///
/// Each of its two passes is linear in integers up to one rounding shift at the very end of each output. So
/// the outputs before the shift are the sum, over the steps of the input, of the step's height times the
/// transform of a unit step, plus the transform of a constant. Integers add exactly, hence nothing changes.
struct StepTransform: Sendable {
    static let constantBits: Int32 = 13
    static let firstPassBits: Int32 = 2

    /// For k in 0...8 the outputs, before the shift, for `k` samples of 1 followed by zeros.
    /// Those for 8 are (8 * 2^13, 0, 0 ...): a constant has no AC.
    let ofSteps: [SIMD8<Int32>]

    static let shared = StepTransform()

    private init() {
        ofSteps = (0...8).map { length in
            Self.unshifted((0..<8).map { $0 < length ? 1 : 0 })
        }
    }

    /// The even and odd part of `jpeg_fdct_islow` as they are in its source, with the outputs 0 and 4, which it
    /// leaves unscaled, scaled by 2^13 like the others: shifting them by 13 bits less is the same.
    private static func unshifted(_ samples: [Int32]) -> SIMD8<Int32> {
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
        return outputs
    }

    /// The rounding shift at the end of the first pass, which leaves 2 more bits than the second.
    @inline(__always)
    static func endFirstPass(_ outputs: SIMD8<Int32>) -> SIMD8<Int32> {
        (outputs &+ (1 << (constantBits - firstPassBits - 1))) &>> (constantBits - firstPassBits)
    }

    @inline(__always)
    static func endSecondPass(_ outputs: SIMD8<Int32>) -> SIMD8<Int32> {
        (outputs &+ (1 << (constantBits + firstPassBits - 1))) &>> (constantBits + firstPassBits)
    }
}
