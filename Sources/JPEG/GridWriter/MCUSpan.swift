// SPDX-License-Identifier: Apache-2.0

/// What one side of an MCU shows, and how many MCUs in a row show the same.
struct MCUSpan {
    /// The blocks of the components with the largest sampling factor; in 4:2:0 that are two, with the block of the
    /// halved components behind them.
    let blocks: [BlockSpan]
    /// The cell that the whole side shows, if one, and nothing is a dummy.
    private let cell: UInt8?
    /// This MCU and those behind it that show the same; more than one only inside a cell.
    private(set) var count = 1

    private init(_ index: Int, axis: BlockSpan.Axis, cells: [UInt8], frame: FrameLayout) {
        let start = index * frame.mcuSide
        var blocks = [BlockSpan(full: start, cells: cells)]
        if frame.isSubsampled {
            let hasSecond = start + 8 < cells.count
            blocks.append(hasSecond ? BlockSpan(full: start + 8, cells: cells) : .beyondPicture)
            blocks.append(BlockSpan(halved: start / 2, cells: cells, axis: axis))
        }
        self.blocks = blocks
        cell = Self.commonCell(index, cells: cells, frame: frame)
    }

    /// The cells never decrease along an axis, so that its first and last pixel tell whether an MCU shows one.
    private static func commonCell(_ index: Int, cells: [UInt8], frame: FrameLayout) -> UInt8? {
        let start = index * frame.mcuSide
        if frame.isSubsampled, start + 8 >= cells.count { return nil }
        let last = min(start + frame.mcuSide, cells.count) - 1
        return cells[start] == cells[last] ? cells[start] : nil
    }

    /// The sides of all MCUs along an axis whose pixels show `cells`.
    static func spans(_ axis: BlockSpan.Axis, cells: [UInt8], frame: FrameLayout) -> [MCUSpan] {
        var spans: [MCUSpan] = []
        for index in 0..<(cells.count + frame.mcuSide - 1) / frame.mcuSide {
            if let last = spans.last, let cell = last.cell,
                cell == commonCell(index, cells: cells, frame: frame)
            {
                spans[spans.count - 1].count += 1
            } else {
                spans.append(MCUSpan(index, axis: axis, cells: cells, frame: frame))
            }
        }
        return spans
    }
}
