// SPDX-License-Identifier: Apache-2.0

/// A quantization table with 8-bit elements, as a DQT segment contains it (ITU-T T.81, B.2.4.1).
package struct QuantizationTable: Sendable {
    /// The 64 quantization steps, 1...255, row by row.
    package let steps: [UInt8]
    /// The index in the block, 8 * row + column, of the coefficient at each position 0...63 of the zigzag order (T.81,
    /// figure A.6).
    package static let naturalOrder: [Int] = [
        0, 1, 8, 16, 9, 2, 3, 10,
        17, 24, 32, 25, 18, 11, 4, 5,
        12, 19, 26, 33, 40, 48, 41, 34,
        27, 20, 13, 6, 7, 14, 21, 28,
        35, 42, 49, 56, 57, 50, 43, 36,
        29, 22, 15, 23, 30, 37, 44, 51,
        58, 59, 52, 45, 38, 31, 39, 46,
        53, 60, 61, 54, 47, 55, 62, 63,
    ]
    /// The tables of luminance (index 0) and of chrominance (index 1) of T.81, annex K.1, scaled to libjpeg's quality
    /// 75.
    package static let standard = [
        QuantizationTable(
            standard: [
                16, 11, 10, 16, 24, 40, 51, 61,
                12, 12, 14, 19, 26, 58, 60, 55,
                14, 13, 16, 24, 40, 57, 69, 56,
                14, 17, 22, 29, 51, 87, 80, 62,
                18, 22, 37, 56, 68, 109, 103, 77,
                24, 35, 55, 64, 81, 104, 113, 92,
                49, 64, 78, 87, 103, 121, 120, 101,
                72, 92, 95, 98, 112, 100, 103, 99,
            ]),
        QuantizationTable(
            standard: [
                17, 18, 24, 47, 99, 99, 99, 99,
                18, 21, 26, 66, 99, 99, 99, 99,
                24, 26, 56, 99, 99, 99, 99, 99,
                47, 66, 99, 99, 99, 99, 99, 99,
                99, 99, 99, 99, 99, 99, 99, 99,
                99, 99, 99, 99, 99, 99, 99, 99,
                99, 99, 99, 99, 99, 99, 99, 99,
                99, 99, 99, 99, 99, 99, 99, 99,
            ]),
    ]

    /// Creates the table of libjpeg's quality 75 from a table of the standard, row by row: each step is scaled to 50
    /// percent, `jpeg_quality_scaling(75)` = 200 - 2 * 75, and rounded.
    private init(standard table: [Int]) {
        steps = table.map { UInt8(($0 * 50 + 50) / 100) }
    }

    /// The 64 quantization steps in zigzag order, the order of a DQT segment.
    var zigzagSteps: [UInt8] { Self.naturalOrder.map { steps[$0] } }
}
