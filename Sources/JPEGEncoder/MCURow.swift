// SPDX-License-Identifier: Apache-2.0

import Pixels
import Support

/// The coder of rows of MCUs. Consecutive MCUs of a row that show the same are coded once, and their bits are repeated.
struct MCURow: ~Copyable {
    private let coder: MCUCoder
    /// The cells along the top sides of the distinct MCUs of a row: `blocksAlongSide` elements for each MCU, as in
    /// `Span.blocks`.
    private let columns: Storage<BlockSpan>
    /// The number of consecutive MCUs of a row that equal each distinct MCU, itself included.
    private let counts: Storage<Int>
    /// The number of `BlockSpan`s that describe one side of an MCU.
    private let blocksAlongSide: Int
    /// The bits of the first MCU of the row that is being written. For the second of equal rows, the bits of all other
    /// MCUs of the row follow.
    private var head = BitString()
    /// The bits of all MCUs but the first of the row that is being written.
    private var tail = BitString()
    /// The bits of one MCU that equals the MCU before.
    private var unit = BitString()

    /// Creates a coder.
    ///
    /// - Parameters:
    ///   - grid: The grid whose enlarged picture is coded.
    ///   - frame: The components and the blocks of an MCU.
    ///   - columns: The top sides of the MCUs of a row.
    init(grid: Grid, frame: FrameLayout, columns: [Span]) {
        self.columns = Storage(columns.flatMap(\.blocks))
        counts = Storage(columns.map(\.count))
        blocksAlongSide = frame.blocksAlongSide
        coder = MCUCoder(grid: grid, frame: frame)
    }

    /// Appends a row of MCUs to `scan`, and the rows below that show the same.
    ///
    /// Equal rows differ only in the first DC difference of each component, which refers to the last block of the row
    /// above. For the second of the equal rows, and for all further ones, the row above is an equal row, so that their
    /// bits are equal.
    ///
    /// - Parameters:
    ///   - row: The left side of the MCUs of the row, and the number of equal rows.
    ///   - scan: The entropy-coded segment of the file.
    mutating func write(_ row: Span, to scan: inout EntropyCodedSegment) {
        let blocks = Storage(row.blocks)
        encodeHead(blocks.base)
        scan.append(head)
        encodeTail(blocks.base)
        scan.append(tail)
        guard row.count > 1 else { return }
        let predictions = coder.predictions
        encodeHead(blocks.base)
        // The DC differences after the first MCU, and the predictions after the row, are those of the row before.
        head.append(tail)
        coder.predictions = predictions
        for _ in 1..<row.count { scan.append(head) }
    }

    /// Codes the first MCU of a row into `head`.
    ///
    /// - Parameter row: The cells along the left side of the MCUs.
    private mutating func encodeHead(_ row: UnsafePointer<BlockSpan>) {
        head.removeAll()
        var end = head.end(room: coder.longestMCU)
        coder.encode(row, columns.base, to: &end)
        head.advance(to: end)
    }

    /// Codes all MCUs of a row but the first into `tail`. The first MCU must have been coded just before.
    ///
    /// - Parameter row: The cells along the left side of the MCUs.
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

    /// Appends the codes of `times` MCUs to `tail`, all of which show the same as the MCU that was coded last. Each of
    /// them follows an equal MCU, so that their bits are equal.
    ///
    /// - Parameters:
    ///   - row: The cells along the left side of the MCUs.
    ///   - column: The cells along the top side of the MCUs.
    ///   - times: The number of MCUs.
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
    /// One side of an MCU: the cells that it shows, and the number of consecutive MCUs whose sides show the same cells.
    struct Span {
        /// The cells along the sides of the MCU's blocks. In 4:2:0 these are two elements for the luminance blocks,
        /// followed by one for the chrominance blocks; else one element for the blocks of all components.
        let blocks: [BlockSpan]
        /// The only cell that the side of the MCU shows; nil if it shows several, or if a block of the MCU lies beyond
        /// the picture.
        private let cell: UInt8?
        /// The number of consecutive MCUs whose sides show the same. It exceeds 1 only if they show one cell.
        private(set) var count = 1

        /// Creates the side of the MCU with an index in its row or column; `cells` has the cell that each pixel shows,
        /// from the left or from the top of the picture.
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

        /// Returns the only cell that the side of an MCU shows; nil if it shows several, or if a block of the MCU lies
        /// beyond the picture. The indices of the cells never decrease from pixel to pixel, so that comparing the first
        /// and the last pixel suffices.
        private static func commonCell(_ index: Int, cells: [UInt8], frame: FrameLayout) -> UInt8? {
            let start = index * frame.mcuSide
            if frame.isSubsampled, start + 8 >= cells.count { return nil }
            let last = min(start + frame.mcuSide, cells.count) - 1
            return cells[start] == cells[last] ? cells[start] : nil
        }

        /// Returns the top sides of the MCUs of a row, or the left sides of a column of MCUs. Equal MCUs inside a cell
        /// share one element.
        ///
        /// - Parameters:
        ///   - axis: `columns` for the top sides, `rows` for the left sides.
        ///   - cells: The cell that each pixel shows, from the left or from the top of the picture.
        ///   - frame: The components and the blocks of an MCU.
        static func spans(_ axis: BlockSpan.Axis, cells: [UInt8], frame: FrameLayout) -> [Span] {
            var spans: [Span] = []
            for index in 0..<ceilingDivision(cells.count, frame.mcuSide) {
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
