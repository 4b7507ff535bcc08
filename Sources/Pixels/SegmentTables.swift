// SPDX-License-Identifier: Apache-2.0

import CPixels
import Glibc

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
        guard let width = filters.first?.length else { return }
        let centers = filters.map { filter in
            (0..<filter.cells).map { (Double($0) + 0.5) * Double(width) / Double(filter.cells) }
        }
        let ends = Set(centers.joined().map(Self.pixelsBefore) + [width]).subtracting([0]).sorted()
        let segmentsBeforeEnd = appendSegments(ends, layout: layout)
        for (filter, centers) in zip(filters, centers) {
            for center in centers {
                breakpoints.append(
                    px_breakpoint(
                        segments: Int64(segmentsBeforeEnd[Self.pixelsBefore(center)] ?? 0),
                        position: center - 0.5))
            }
            let last = Double(width) + 0.5 * Double(width) / Double(filter.cells)
            breakpoints.append(px_breakpoint(segments: Int64(segments.count), position: last - 0.5))
            for (cell, center) in centers.enumerated() {
                differences.append(Self.difference(filter, cell: cell, center: center))
            }
        }
    }

    /// Returns the number of pixels whose middle is left of `position`, which is in pixels from the left of the row. A
    /// pixel whose middle is exactly at the breakpoint may be on either side, because Q at a breakpoint
    /// (`px_second_difference`) weighs each pixel by its distance from the breakpoint, here 0.
    private static func pixelsBefore(_ position: Double) -> Int { Int((position - 0.5).rounded(.up)) }

    /// Cuts the row into segments, which it appends to `segments`.
    ///
    /// - Parameters:
    ///   - ends: The numbers of pixels left of the breakpoints and of the end of the row, in ascending order.
    ///   - layout: The order of the samples in the row.
    /// - Returns: The number of segments left of each of `ends`.
    private mutating func appendSegments(_ ends: [Int], layout: PixelLayout) -> [Int: Int] {
        let pixelsPerGroup = 16 / layout.stride
        let longest = PX_MAXIMUM_GROUPS * pixelsPerGroup
        var segmentsBeforeEnd: [Int: Int] = [:]
        var start = 0
        for end in ends {
            while start < end {
                let count = min(end - start, longest)
                let groups = (count + pixelsPerGroup - 1) / pixelsPerGroup
                segments.append(
                    px_segment(
                        offset: Int64(start * layout.stride), groups: Int32(groups),
                        last_pixels: Int32(count - (groups - 1) * pixelsPerGroup),
                        end: Double(start + groups * pixelsPerGroup)))
                start += count
            }
            segmentsBeforeEnd[end] = segments.count
        }
        return segmentsBeforeEnd
    }

    /// Returns the coefficients with which the average of a cell follows from the second difference of the sums at its
    /// breakpoints (article Arithmetic), with the bound of the error of that average.
    ///
    /// - Parameters:
    ///   - filter: The weights of the size.
    ///   - cell: The index of the cell.
    ///   - center: The middle of the cell, in pixels from the left of the row.
    private static func difference(_ filter: TriangleFilter, cell: Int, center: Double)
        -> px_second_difference
    {
        let one = Double(1 << TriangleFilter.precisionBits)
        let support = Double(filter.length) / Double(filter.cells)
        func triangle(_ x: Int) -> Double { max(0, support - abs(Double(x) + 0.5 - center)) }

        // The window has one pixel more on each side, so that a pixel that Pillow's rounding has left out counts as an
        // error.
        let window = max(0, filter.starts[cell] - 1)..<min(filter.length, filter.end(cell) + 1)
        var mass = 0.0
        for x in window { mass += triangle(x) }
        let factor = one / mass
        var error = 0.0
        var magnitude = 0.0
        for x in window {
            let index = x - filter.starts[cell]
            let isInside = index >= 0 && index < filter.counts[cell]
            let weight = isInside ? Double(filter.weights[filter.offsets[cell] + index]) : 0
            let difference = weight - factor * triangle(x)
            error += difference
            magnitude += abs(difference)
        }
        // p = 128 + d with |d| <= 128, so the error is 128 * error +- 128 * magnitude. One more unit of 2^-22 covers
        // the rounding of all doubles, here and in the kernel, more than fourfold (Arithmetic.md).
        let safeDistance = max(0, 0.5 - (128 * magnitude + 1) / one)
        return px_second_difference(
            factor: factor / one, bias: 128 * error / one,
            safe_distance_squared: safeDistance * safeDistance)
    }
}
