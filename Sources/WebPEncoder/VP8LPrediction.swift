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
        var residuals = [UInt32](repeating: 0, count: cells.values.count)
        for index in cells.values.indices {
            let value = cells.values[index]
            let predicted: UInt32
            if index < count {
                predicted = index == 0 ? Self.first : cells.values[index - 1]
            } else if index % count == 0 {
                predicted = cells.values[index - count]
            } else {
                predicted = predict(
                    left: cells.values[index - 1], top: cells.values[index - count],
                    topLeft: cells.values[index - count - 1])
            }
            residuals[index] = Self.subtract(predicted, from: value)
        }
        return residuals
    }

    private func predict(left: UInt32, top: UInt32, topLeft: UInt32) -> UInt32 {
        switch self {
        case .select:
            let leftError = Self.distance(top, topLeft)
            let topError = Self.distance(left, topLeft)
            return leftError < topError ? left : top
        case .gradient:
            var result: UInt32 = 0
            for shift in stride(from: UInt32(0), to: 32, by: 8) {
                let sum =
                    Int(left >> shift & 255) + Int(top >> shift & 255) - Int(topLeft >> shift & 255)
                result |= UInt32(min(max(sum, 0), 255)) << shift
            }
            return result
        }
    }

    /// Returns the sum of the absolute differences of all samples.
    private static func distance(_ one: UInt32, _ other: UInt32) -> Int {
        stride(from: UInt32(0), to: 32, by: 8).reduce(0) {
            $0 + abs(Int(one >> $1 & 255) - Int(other >> $1 & 255))
        }
    }

    /// Returns the difference of each sample, modulo 256.
    private static func subtract(_ one: UInt32, from other: UInt32) -> UInt32 {
        stride(from: UInt32(0), to: 32, by: 8).reduce(0) {
            $0 | ((other >> $1 &- one >> $1) & 255) << $1
        }
    }
}

extension VP8LPrediction {
    /// The pixel that stands for the predictor.
    var pixel: UInt32 { UInt32(rawValue) << 8 }
}
