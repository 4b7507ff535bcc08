// SPDX-License-Identifier: Apache-2.0

import Pixels

/// Codes rows of MCUs, each distinct MCU once.
struct MCURow: ~Copyable {
    private let coder: MCUCoder
    /// The blocks of the distinct MCUs along a row, and how many MCUs show the same as each.
    private let columns: Storage<BlockSpan>
    private let counts: Storage<Int>
    private let blocksAlongSide: Int
    private var head = BitString()
    private var tail = BitString()
    private var unit = BitString()

    init(grid: Grid, frame: FrameLayout, columns: [MCUSpan]) {
        self.columns = Storage(columns.flatMap(\.blocks))
        counts = Storage(columns.map(\.count))
        blocksAlongSide = frame.blocksAlongSide
        coder = MCUCoder(grid: grid, frame: frame)
    }

    /// Writes the row, and the rows below that show the same.
    ///
    /// Equal rows differ only in the first DC difference of each component: it refers to the last block of the row
    /// above. From the second row on that is the row itself, so that all further rows are equal bit by bit.
    mutating func write(_ row: MCUSpan, to scan: inout EntropyCodedSegment) {
        let blocks = Storage(row.blocks)
        encodeHead(blocks.base)
        scan.append(head)
        encodeTail(blocks.base)
        scan.append(tail)
        guard row.count > 1 else { return }
        let predictions = coder.predictions
        encodeHead(blocks.base)
        // The differences behind the first MCU are those of the first time, and so are the predictions behind the row.
        head.append(tail)
        coder.predictions = predictions
        for _ in 1..<row.count { scan.append(head) }
    }

    /// The first MCU.
    private mutating func encodeHead(_ row: UnsafePointer<BlockSpan>) {
        head.removeAll()
        var end = head.end(room: coder.longestMCU)
        coder.encode(row, columns.base, to: &end)
        head.advance(to: end)
    }

    /// All MCUs but the first, which has been coded just before.
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

    /// MCUs equal to the one coded last. The first of them has the same bits as all that follow, as each is preceded
    /// by its equal.
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
