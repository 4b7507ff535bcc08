// SPDX-License-Identifier: Apache-2.0

/// The parts of all frames of an animation that are written: what differs from the frame before.
struct FramePlanner {
    let size: Int
    let columns: Spans
    let rows: Spans
    let width: Int
    let height: Int

    /// Returns the plan of each frame.
    ///
    /// - Parameters:
    ///   - frames: The colour of each cell of each frame.
    func plans(_ frames: [[UInt32]]) -> [FramePlan] {
        let empty = [UInt32](repeating: CellColors.transparent, count: size * size)
        var canvas = empty
        return frames.indices.map { index in
            let frame = frames[index]
            // A pixel that becomes transparent needs an empty canvas.
            let isCleared = index + 1 < frames.count && loses(frame, frames[index + 1])
            let isWhole = index == 0 || isCleared
            let changed = zip(frame, canvas).map { $0 == $1 ? CellColors.transparent : $0 }
            let (across, down) = isWhole ? (0..<width, 0..<height) : bounds(changed)
            canvas = isCleared ? empty : frame
            let hasUnchanged = (0..<size * size).contains { cell in
                changed[cell] != frame[cell] && columns[cell % size].overlaps(across)
                    && rows[cell / size].overlaps(down)
            }
            return FramePlan(
                columns: across, rows: down, cells: index == 0 ? frame : changed, isCleared: isCleared,
                hasUnchanged: hasUnchanged)
        }
    }

    /// True when a cell that is opaque in the first of two frames is transparent in the second one.
    private func loses(_ first: [UInt32], _ second: [UInt32]) -> Bool {
        first.indices.contains { first[$0] != second[$0] && second[$0] == CellColors.transparent }
    }

    /// Returns the columns and rows of the picture that show opaque cells, or one pixel if none does.
    private func bounds(_ cells: [UInt32]) -> (Range<Int>, Range<Int>) {
        var (left, right, top, bottom) = (width, 0, height, 0)
        for row in 0..<size where !rows[row].isEmpty {
            for column in 0..<size
            where cells[row * size + column] != CellColors.transparent && !columns[column].isEmpty {
                left = min(left, columns[column].lowerBound)
                right = max(right, columns[column].upperBound)
                top = min(top, rows[row].lowerBound)
                bottom = max(bottom, rows[row].upperBound)
            }
        }
        return left < right ? (left..<right, top..<bottom) : (0..<1, 0..<1)
    }
}
