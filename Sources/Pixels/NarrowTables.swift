// SPDX-License-Identifier: Apache-2.0

import CPixels

/// The tables with which the loops of `CPixels` average a narrow row with 4 samples a pixel: those of `SegmentTables`
/// in 32-bit integers and floating-point numbers of 32 bits. Arithmetic.md, "Narrow rows", proves that the results are
/// exact.
struct NarrowTables {
    /// The parts of the row, from the left, cut at the breakpoints of all sizes, and again where they are too long.
    private(set) var segments: [px_narrow_segment] = []
    /// The cells of all sizes two by two, size by size, each followed by the breakpoint right of the row.
    private(set) var cells: [px_narrow_cells] = []
    /// The index, in `cells`, of the first element of each size.
    private(set) var starts: [Int] = []
    /// The distance, for each size, between an average and the nearest integer below which the average is certain.
    private(set) var safeDistances: [Float] = []

    /// Returns true if the second differences of a size are below 2^31.
    static func fit(width: Int, cells: Int) -> Bool {
        510 * (width * width + cells * cells) < cells << 31
    }

    /// Creates the tables for the sizes of `filters`, all of which have the same length in pixels and fit.
    init(_ filters: [TriangleFilter]) {
        let segmentsBefore = Breakpoints(filters).segments(longest: PX_NARROW_PIXELS) { start, count in
            segments.append(
                px_narrow_segment(
                    offset: UInt32(4 * start), pixels: UInt32(count), end: UInt32(start + count)))
        }
        for filter in filters {
            let differences = (0..<filter.cells).map { SecondDifference(of: $0, filter) }
            starts.append(cells.count)
            for cell in stride(from: 0, through: filter.cells + filter.cells % 2, by: 2) {
                cells.append(Self.cells(cell, filter, differences, segmentsBefore))
            }
            // The floating-point numbers add less than 2^-13 to the error of an average.
            let safe = differences.reduce(0.5) { min($0, $1.safeDistance) } - 0x1p-13
            safeDistances.append(Float(max(0, safe)))
        }
    }

    /// Returns the breakpoints and coefficients of a cell and of the next one. Behind the last cell the coefficients
    /// are 0, so that such an average is certain.
    private static func cells(
        _ first: Int, _ filter: TriangleFilter, _ differences: [SecondDifference], _ segmentsBefore: [Int32]
    ) -> px_narrow_cells {
        func values(_ cell: Int) -> (position: UInt32, factor: Float, bias: Float, segments: UInt32) {
            let place = min(cell, filter.cells)
            let position = (2 * place + 1) * filter.length - filter.cells
            let difference = cell < filter.cells ? differences[cell] : nil
            return (
                UInt32(truncatingIfNeeded: position),
                Float((difference?.factor ?? 0) / Double(2 * filter.cells)), Float(difference?.bias ?? 0),
                UInt32(segmentsBefore[Breakpoints.pixels(leftOf: place, filter)])
            )
        }
        let (a, b) = (values(first), values(first + 1))
        return px_narrow_cells(
            positions: (
                a.position, a.position, a.position, a.position, b.position, b.position, b.position, b.position
            ),
            factors: (a.factor, a.factor, a.factor, a.factor, b.factor, b.factor, b.factor, b.factor),
            biases: (a.bias, a.bias, a.bias, a.bias, b.bias, b.bias, b.bias, b.bias),
            segments: (a.segments, b.segments))
    }
}
