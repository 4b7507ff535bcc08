// SPDX-License-Identifier: Apache-2.0

/// The part of a frame that is written, and the colours of its cells.
struct FramePlan {
    /// The columns and the rows of the picture that the frame covers.
    var columns: Range<Int>
    var rows: Range<Int>
    /// The color of each cell of the grid, transparent where the canvas stays as it is.
    var cells: [UInt32]
    /// True when this part of the canvas becomes transparent before the next frame.
    var isCleared: Bool
    /// The number of cells of the rectangle that stay as they are and are not transparent, and of all its cells.
    var unchanged: Int
    var covered: Int
    /// True when cells of the rectangle stay as they are, and are not transparent.
    var hasUnchanged: Bool { unchanged > 0 }

    /// Returns the number of pixels of the frame in each column of cells.
    func widths(_ planner: FramePlanner) -> [Int] {
        (0..<planner.size).map { planner.columns[$0].clamped(to: columns).count }
    }
}
