// SPDX-License-Identifier: Apache-2.0

import Pixels

/// The pixels of each row or column of cells along one side of a picture.
struct Spans {
    /// The first pixel of each cell, and the number of pixels behind the last one. A cell without pixels begins where
    /// the next one does.
    private let starts: [Int]

    init(cells: Int, length: Int) {
        var counts = [Int](repeating: 0, count: cells)
        for cell in NearestMap.cells(cells, over: length) { counts[Int(cell)] += 1 }
        starts = counts.reduce(into: [0]) { $0.append($0[$0.count - 1] + $1) }
    }

    /// The range of pixels of a cell; empty for a cell that the picture does not show.
    subscript(cell: Int) -> Range<Int> { starts[cell]..<starts[cell + 1] }
}
