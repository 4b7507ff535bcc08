// SPDX-License-Identifier: Apache-2.0

/// The breakpoints of some sizes in a row of pixels: the middles of their cells. They cut the row into segments.
struct Breakpoints {
    /// Element i is true if i pixels are left of a breakpoint, or if the row has i pixels.
    private var isEnd: [Bool]

    /// Finds the breakpoints of the sizes of `filters`, all of which have the same length in pixels.
    init(_ filters: [TriangleFilter]) {
        let width = filters.first?.length ?? 0
        isEnd = [Bool](repeating: false, count: width + 1)
        isEnd[width] = true
        for filter in filters {
            for cell in 0..<filter.cells { isEnd[Self.pixels(leftOf: cell, filter)] = true }
        }
    }

    /// Returns the middle of a cell in pixels from the left of the row.
    static func middle(of cell: Int, _ filter: TriangleFilter) -> Double {
        (Double(cell) + 0.5) * Double(filter.length) / Double(filter.cells)
    }

    /// Returns the number of pixels whose middle is left of the middle of a cell, or of the position half a cell right
    /// of the row, if there is no such cell. A pixel whose middle is exactly at the breakpoint may be on either side,
    /// because Q at a breakpoint (`px_second_difference`) weighs each pixel by its distance from it, here 0.
    static func pixels(leftOf cell: Int, _ filter: TriangleFilter) -> Int {
        cell < filter.cells ? Int((middle(of: cell, filter) - 0.5).rounded(.up)) : filter.length
    }

    /// Calls `body` for each segment of the row with the index of its first pixel and the number of its pixels.
    ///
    /// - Parameter longest: The largest number of pixels of a segment. A longer one is cut again.
    /// - Returns: For each number of pixels that are left of a breakpoint, the number of segments left of it.
    func segments(longest: Int, _ body: (_ start: Int, _ count: Int) -> Void) -> [Int32] {
        var before = [Int32](repeating: 0, count: isEnd.count)
        var start = 0
        var segments: Int32 = 0
        for end in isEnd.indices where isEnd[end] {
            while start < end {
                let count = min(end - start, longest)
                body(start, count)
                start += count
                segments += 1
            }
            before[end] = segments
        }
        return before
    }
}
