// SPDX-License-Identifier: Apache-2.0

/// The discrete cosine transform of a block of 8 x 8 samples (ITU-T T.81, A.3.3) and its inverse.
struct CosineTransform {
    var samples = [Float](repeating: 0, count: 64)
    var frequencies = [Float](repeating: 0, count: 64)
    private var half = [Float](repeating: 0, count: 64)

    /// The transform of one dimension: the factor of sample x in frequency u at `8 * u + x`.
    private static let factors: [Float] = {
        // cos(k pi / 16) for k = 0...8.
        let cosines: [Float] = [
            1, 0.980785280403230, 0.923879532511287, 0.831469612302545, 0.707106781186548,
            0.555570233019602, 0.382683432365090, 0.195090322016128, 0,
        ]
        return (0..<64).map { index in
            let (u, x) = (index / 8, index % 8)
            let angle = (2 * x + 1) * u % 32
            let folded = angle > 16 ? 32 - angle : angle
            let cosine = folded > 8 ? -cosines[16 - folded] : cosines[folded]
            return cosine * (u == 0 ? 0.353553390593274 : 0.5)
        }
    }()

    /// The factor of frequency u for sample x at `8 * x + u`.
    private static let transposed = (0..<64).map { factors[8 * ($0 % 8) + $0 / 8] }

    /// Computes `frequencies` from `samples`.
    mutating func transform() { Self.multiply(Self.factors, samples, &half, into: &frequencies) }

    /// Computes `samples` from `frequencies`.
    mutating func invert() { Self.multiply(Self.transposed, frequencies, &half, into: &samples) }

    /// Multiplies the rows and then the columns of a block by a matrix.
    private static func multiply(
        _ matrix: [Float], _ block: [Float], _ half: inout [Float], into product: inout [Float]
    ) {
        for row in 0..<8 {
            for place in 0..<8 {
                var sum: Float = 0
                for index in 0..<8 { sum += matrix[8 * place + index] * block[8 * row + index] }
                half[8 * row + place] = sum
            }
        }
        for place in 0..<8 {
            for column in 0..<8 {
                var sum: Float = 0
                for index in 0..<8 { sum += matrix[8 * place + index] * half[8 * index + column] }
                product[8 * place + column] = sum
            }
        }
    }
}
