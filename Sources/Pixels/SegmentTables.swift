// SPDX-License-Identifier: Apache-2.0

import CPixels

/// The tables with which the loops of `CPixels` average a row of pixels for several sizes at once.
///
/// A breakpoint is the middle of a cell of any size, in pixels from the left; between two neighbouring breakpoints the
/// weights of all cells are linear. A segment is a part of the row between two neighbouring breakpoints. The average of
/// a cell is the second difference of a function Q of the segments' sums, taken at the cell's breakpoint and the two
/// breakpoints beside it. `HorizontalPass` has an example; Arithmetic.md, "Two sums a segment", proves that the results
/// are exact.
struct SegmentTables {
    /// The parts of the row, from the left, cut at the breakpoints of all sizes. A part that would be too long for the
    /// 16-bit sums of a segment is cut again.
    private(set) var segments: [px_segment] = []
    /// The breakpoints of all sizes, size by size: the middle of each cell, and one position right of the row.
    private(set) var breakpoints: [px_breakpoint] = []
    /// The coefficients with which the average of each cell follows from the sums over segments: one element for each
    /// cell, size by size.
    private(set) var differences: [px_second_difference] = []

    /// Creates the tables for the sizes of `filters`, all of which have the same length in pixels.
    init(_ filters: [TriangleFilter], layout: PixelLayout) {
        let pixelsPerGroup = 16 / layout.stride
        let longest = PX_MAXIMUM_GROUPS * pixelsPerGroup
        let segmentsBefore = Breakpoints(filters).segments(longest: longest) { start, count in
            let groups = (count + pixelsPerGroup - 1) / pixelsPerGroup
            segments.append(
                px_segment(
                    offset: Int64(start * layout.stride), groups: Int32(groups),
                    last_pixels: Int32(count - (groups - 1) * pixelsPerGroup),
                    end: Double(start + groups * pixelsPerGroup)))
        }
        for filter in filters {
            for cell in 0...filter.cells {
                let before = segmentsBefore[Breakpoints.pixels(leftOf: cell, filter)]
                breakpoints.append(
                    px_breakpoint(
                        segments: Int64(before), position: Breakpoints.middle(of: cell, filter) - 0.5))
            }
            for cell in 0..<filter.cells {
                let difference = SecondDifference(of: cell, filter)
                differences.append(
                    px_second_difference(
                        factor: difference.factor, bias: difference.bias,
                        safe_distance_squared: difference.safeDistance * difference.safeDistance))
            }
        }
    }
}
