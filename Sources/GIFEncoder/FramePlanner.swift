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
        var canvas = [UInt32](repeating: CellColors.transparent, count: size * size)
        return frames.indices.map { index in
            let frame = frames[index]
            let next = index + 1 < frames.count ? frames[index + 1] : frame
            // A cell can become transparent only with the whole rectangle of the frame before.
            let lost = frame.indices.map { frame[$0] != next[$0] && next[$0] == CellColors.transparent }
            let isCleared = lost.contains(true)
            let changed = zip(frame, canvas).map { $0 == $1 ? CellColors.transparent : $0 }
            let (across, down) = bounds(
                changed.indices.map { changed[$0] != CellColors.transparent || lost[$0] })
            let isCovered = changed.indices.map { cell in
                columns[cell % size].overlaps(across) && rows[cell / size].overlaps(down)
            }
            canvas = frame.indices.map { cell in
                isCleared && isCovered[cell] ? CellColors.transparent : frame[cell]
            }
            return FramePlan(
                columns: across, rows: down, cells: changed, isCleared: isCleared,
                hasUnchanged: changed.indices.contains { isCovered[$0] && changed[$0] != frame[$0] })
        }
    }

    /// Returns the columns and rows of the picture that show certain cells, or one pixel if there are none.
    private func bounds(_ isShown: [Bool]) -> (Range<Int>, Range<Int>) {
        var (left, right, top, bottom) = (width, 0, height, 0)
        for row in 0..<size where !rows[row].isEmpty {
            for column in 0..<size where isShown[row * size + column] && !columns[column].isEmpty {
                left = min(left, columns[column].lowerBound)
                right = max(right, columns[column].upperBound)
                top = min(top, rows[row].lowerBound)
                bottom = max(bottom, rows[row].upperBound)
            }
        }
        return left < right ? (left..<right, top..<bottom) : (0..<1, 0..<1)
    }
}
