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
            plan(frames[index], next: index + 1 < frames.count ? frames[index + 1] : frames[index], &canvas)
        }
    }

    /// Returns the plan of a frame, and changes the canvas to what the next frame is drawn on.
    private func plan(_ frame: [UInt32], next: [UInt32], _ canvas: inout [UInt32]) -> FramePlan {
        let changed = zip(frame, canvas).map { $0 == $1 ? CellColors.transparent : $0 }
        // A cell can become transparent only with the whole rectangle of the frame before.
        var isLost = [Bool](repeating: false, count: frame.count)
        var isCleared = false
        for cell in frame.indices where next[cell] == CellColors.transparent && frame[cell] != next[cell] {
            isLost[cell] = true
            isCleared = true
        }
        let (across, down) = bounds(changed, isLost)
        let isInColumn = (0..<size).map { columns[$0].overlaps(across) }
        canvas = frame
        var (unchanged, covered) = (0, 0)
        for row in 0..<size where rows[row].overlaps(down) {
            for column in 0..<size where isInColumn[column] {
                let cell = row * size + column
                covered += 1
                if changed[cell] != frame[cell] { unchanged += 1 }
                if isCleared { canvas[cell] = CellColors.transparent }
            }
        }
        return FramePlan(
            columns: across, rows: down, cells: changed, isCleared: isCleared, unchanged: unchanged,
            covered: covered)
    }

    /// Returns the columns and rows of the picture that show cells that change or that are lost, or one pixel if there
    /// are none.
    private func bounds(_ changed: [UInt32], _ isLost: [Bool]) -> (Range<Int>, Range<Int>) {
        var (left, right, top, bottom) = (width, 0, height, 0)
        let isVisible = (0..<size).map { !columns[$0].isEmpty }
        for row in 0..<size where !rows[row].isEmpty {
            func isShown(_ column: Int) -> Bool {
                let cell = row * size + column
                return isVisible[column] && (changed[cell] != CellColors.transparent || isLost[cell])
            }
            guard let first = (0..<size).first(where: isShown), let last = (0..<size).last(where: isShown)
            else { continue }
            left = min(left, columns[first].lowerBound)
            right = max(right, columns[last].upperBound)
            top = min(top, rows[row].lowerBound)
            bottom = max(bottom, rows[row].upperBound)
        }
        return left < right ? (left..<right, top..<bottom) : (0..<1, 0..<1)
    }
}
