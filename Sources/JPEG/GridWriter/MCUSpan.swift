// SPDX-License-Identifier: Apache-2.0

/// What one side of an MCU shows, and how many MCUs in a row show the same.
struct MCUSpan: BitwiseCopyable {
    /// The first block of the component with the largest sampling factor.
    let first: BlockSpan
    /// Its second block, if the factor is 2 and the picture reaches that far; else libjpeg puts a dummy block there.
    let second: BlockSpan?
    /// The block of the halved components, in 4:2:0.
    let halved: BlockSpan?
    /// The cell that the whole side shows, if one, and nothing is a dummy.
    private let cell: UInt8?
    /// This MCU and those behind it that show the same; more than one only inside a cell.
    private(set) var count = 1

    private init(_ index: Int, axis: BlockSpan.Axis, cells: [UInt8], frame: FrameLayout) {
        let start = index * frame.mcuSide
        first = BlockSpan(full: start, cells: cells)
        if frame.isSubsampled {
            second = start + 8 < cells.count ? BlockSpan(full: start + 8, cells: cells) : nil
            halved = BlockSpan(halved: start / 2, cells: cells, axis: axis)
        } else {
            second = nil
            halved = nil
        }
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
