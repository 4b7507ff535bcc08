// SPDX-License-Identifier: Apache-2.0

/// A clean aperture, the part of a picture that is shown (ISO/IEC 14496-12, 12.1.4), with the arithmetic of libheif.
struct HEIFCrop: Sendable {
    /// A number as a fraction. Both parts fit into 32 bits.
    struct Fraction: Sendable {
        var numerator: Int
        var denominator: Int
    }

    var width: Fraction
    var height: Fraction
    var x: Fraction
    var y: Fraction

    /// Returns the size of the part that is left of a picture; nil if nothing is left.
    func size(of picture: (width: Int, height: Int)) -> (width: Int, height: Int)? {
        guard let width = Self.length(of: picture.width, width, offset: x, rounded: false),
            let height = Self.length(of: picture.height, height, offset: y, rounded: true)
        else { return nil }
        return (width, height)
    }

    /// Returns the length that is left of a side; nil if nothing is left.
    ///
    /// - Parameter rounded: True if the first pixel is rounded, as libheif does for rows, false if it is truncated, as
    ///   for columns.
    private static func length(
        of side: Int, _ length: Fraction, offset: Fraction, rounded: Bool
    ) -> Int? {
        // offset + (side - 1) / 2 - (length - 1) / 2, with the common denominator 2 * offset * length.
        let (a, b) = (offset.denominator, length.denominator)
        let (left, isLarge) = (2 * offset.numerator).multipliedReportingOverflow(by: b)
        let (common, isLarger) = (2 * a).multipliedReportingOverflow(by: b)
        let (middle, isLargest) = (a * b).multipliedReportingOverflow(by: side - 1)
        let (half, isOver) = (length.numerator - b).multipliedReportingOverflow(by: a)
        guard !isLarge, !isLarger, !isLargest, !isOver else { return nil }
        let (sum, isHuge) = left.addingReportingOverflow(middle)
        let (first, isHuger) = sum.subtractingReportingOverflow(half)
        guard !isHuge, !isHuger else { return nil }
        let start = (rounded ? first + common / 2 : first) / common
        let end = (length.numerator - b + start * b + b / 2) / b
        let (from, to) = (max(start, 0), min(end, side - 1))
        return to < from ? nil : to - from + 1
    }
}
