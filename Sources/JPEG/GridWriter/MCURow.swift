// SPDX-License-Identifier: Apache-2.0

import Pixels

/// The coder of rows of MCUs. It codes each distinct MCU of a row once and repeats its bits.
struct MCURow: ~Copyable {
    private let coder: MCUCoder
    /// The block spans of the distinct MCUs along a row, `blocksAlongSide` each.
    private let columns: Storage<BlockSpan>
    /// The number of equal MCUs that each distinct MCU stands for.
    private let counts: Storage<Int>
    private let blocksAlongSide: Int
    /// The bits of the first MCU, or of the whole row when it is repeated.
    private var head = BitString()
    /// The bits of all other MCUs.
    private var tail = BitString()
    /// The bits of one MCU that is repeated.
    private var unit = BitString()

    init(grid: Grid, frame: FrameLayout, columns: [Span]) {
        self.columns = Storage(columns.flatMap(\.blocks))
        counts = Storage(columns.map(\.count))
        blocksAlongSide = frame.blocksAlongSide
        coder = MCUCoder(grid: grid, frame: frame)
    }

    /// Writes the row, and the rows below it that are equal.
    ///
    /// Equal rows differ only in the first DC difference of each component, which refers to the last block of the row
    /// above. From the second row on the row above is the equal row, so that all further rows are equal bit by bit.
    mutating func write(_ row: Span, to scan: inout EntropyCodedSegment) {
        let blocks = Storage(row.blocks)
        encodeHead(blocks.base)
        scan.append(head)
        encodeTail(blocks.base)
        scan.append(tail)
        guard row.count > 1 else { return }
        let predictions = coder.predictions
        encodeHead(blocks.base)
        // All differences after the first MCU are those of the first time, and so are the predictions after the row.
        head.append(tail)
        coder.predictions = predictions
        for _ in 1..<row.count { scan.append(head) }
    }

    /// Codes the first MCU.
    private mutating func encodeHead(_ row: UnsafePointer<BlockSpan>) {
        head.removeAll()
        var end = head.end(room: coder.longestMCU)
        coder.encode(row, columns.base, to: &end)
        head.advance(to: end)
    }

    /// Codes all MCUs but the first, which must have been coded just before.
    private mutating func encodeTail(_ row: UnsafePointer<BlockSpan>) {
        tail.removeAll()
        for index in 0..<counts.count {
            let column = UnsafePointer(columns.base + blocksAlongSide * index)
            if index > 0 {
                var end = tail.end(room: coder.longestMCU)
                coder.encode(row, column, to: &end)
                tail.advance(to: end)
            }
            if counts.base[index] > 1 { encodeEqual(row, column, times: counts.base[index] - 1) }
        }
    }

    /// Codes MCUs that equal the one coded last. Each of them follows an equal MCU, so that all have the same bits.
    private mutating func encodeEqual(
        _ row: UnsafePointer<BlockSpan>, _ column: UnsafePointer<BlockSpan>, times: Int
    ) {
        unit.removeAll()
        var end = unit.end(room: coder.longestMCU)
        coder.encodeAgain(row, column, to: &end)
        unit.advance(to: end)
        tail.append(unit, times: times)
    }
}

extension MCURow {
    /// The blocks along one side of an MCU, and the number of consecutive MCUs along the axis that show the same.
    struct Span {
        /// The block spans of the components with the largest sampling factor. In 4:2:0 these are two, followed by the
        /// block span of the subsampled components.
        let blocks: [BlockSpan]
        /// The cell that the whole side shows; nil if there are several, or if a block lies beyond the picture.
        private let cell: UInt8?
        /// The number of equal MCUs: above 1 only inside a cell.
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

        /// Cells never decrease along an axis, so that all pixels of a side show one cell if the first and the last do.
        private static func commonCell(_ index: Int, cells: [UInt8], frame: FrameLayout) -> UInt8? {
            let start = index * frame.mcuSide
            if frame.isSubsampled, start + 8 >= cells.count { return nil }
            let last = min(start + frame.mcuSide, cells.count) - 1
            return cells[start] == cells[last] ? cells[start] : nil
        }

        /// Returns the sides of all MCUs along an axis.
        ///
        /// - Parameter cells: The cell that each pixel of the axis shows.
        static func spans(_ axis: BlockSpan.Axis, cells: [UInt8], frame: FrameLayout) -> [Span] {
            var spans: [Span] = []
            for index in 0..<(cells.count + frame.mcuSide - 1) / frame.mcuSide {
                if let last = spans.last, let cell = last.cell,
                    cell == commonCell(index, cells: cells, frame: frame)
                {
                    spans[spans.count - 1].count += 1
                } else {
                    spans.append(Span(index, axis: axis, cells: cells, frame: frame))
                }
            }
            return spans
        }
    }
}
