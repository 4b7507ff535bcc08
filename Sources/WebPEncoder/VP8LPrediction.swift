// SPDX-License-Identifier: Apache-2.0

/// A predictor of the predictor transform (WebP Lossless Bitstream Specification, section 4.1) that predicts all pixels
/// of an image of rectangles exactly, except the first pixel of each rectangle.
///
/// In the first row of a rectangle, the pixel above (T) equals the one above on the left (TL), so that both predictors
/// give the pixel on the left (L), which is in the same rectangle. In the first column L equals TL, and both give T.
/// Elsewhere all three equal the pixel.
enum VP8LPrediction: Int, CaseIterable {
    /// Predictor 11: L or T, whichever is nearer to L + T - TL.
    case select = 11
    /// Predictor 12: L + T - TL, clamped to 0...255.
    case gradient = 12

    /// The value that is the prediction of the first pixel of an image.
    private static let first: UInt32 = 0xFF00_0000

    /// Returns the difference between the first pixel of each rectangle and its prediction.
    func residuals(of cells: VP8LCells) -> [UInt32] {
        let count = cells.columns.count
        let values = cells.values.span
        var residuals = [UInt32](repeating: 0, count: values.count)
        var left = Self.spread(Self.first)
        for index in 0..<min(count, values.count) {
            let value = Self.spread(values[index])
            residuals[index] = Self.subtract(left, from: value)
            left = value
        }
        for row in stride(from: count, to: values.count, by: count) {
            var topLeft = Self.spread(values[row - count])
            left = Self.spread(values[row])
            residuals[row] = Self.subtract(topLeft, from: left)
            for index in row + 1..<row + count {
                let value = Self.spread(values[index])
                let top = Self.spread(values[index - count])
                let predicted = predict(left: left, top: top, topLeft: topLeft)
                residuals[index] = Self.subtract(predicted, from: value)
                (left, topLeft) = (value, top)
            }
        }
        return residuals
    }

    /// Returns the prediction of four samples, each in 16 bits.
    @inline(__always)
    private func predict(left: UInt64, top: UInt64, topLeft: UInt64) -> UInt64 {
        switch self {
        case .select:
            return Self.distance(top, topLeft) < Self.distance(left, topLeft) ? left : top
        case .gradient:
            // 256 more, so that no difference is negative: bit 8 is set for 0...255, and bit 9 for more.
            let sum = left &+ top &+ Self.ones << 8 &- topLeft
            let isAbove = sum >> 9 & Self.ones
            return sum & ((sum >> 8 & Self.ones) &* 255) | isAbove &* 255
        }
    }

    /// A one in each of four samples.
    private static let ones: UInt64 = 0x0001_0001_0001_0001

    /// Returns the sum of the absolute differences of four samples.
    @inline(__always)
    private static func distance(_ one: UInt64, _ other: UInt64) -> UInt64 {
        // 256 more than the differences: bit 8 is clear if a difference is negative.
        let differences = one &+ ones << 8 &- other
        let isNegative = ~(differences >> 8) & ones
        let absolute = (differences & 0x00FF_00FF_00FF_00FF ^ isNegative &* 255) &+ isNegative
        return (absolute &* ones) >> 48
    }

    /// Returns the four samples of a pixel, each in 16 bits.
    @inline(__always)
    private static func spread(_ pixel: UInt32) -> UInt64 {
        UInt64(pixel & 0x00FF_00FF) | UInt64(pixel & 0xFF00_FF00) << 24
    }

    /// Returns the differences of four samples, modulo 256, as a pixel.
    @inline(__always)
    private static func subtract(_ one: UInt64, from other: UInt64) -> UInt32 {
        let differences = (other &+ ones << 8 &- one) & 0x00FF_00FF_00FF_00FF
        return UInt32(truncatingIfNeeded: differences | differences >> 24)
    }
}

extension VP8LPrediction {
    /// The pixel that stands for the predictor.
    var pixel: UInt32 { UInt32(rawValue) << 8 }
}
