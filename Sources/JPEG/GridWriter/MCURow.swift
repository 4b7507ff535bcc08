// SPDX-License-Identifier: Apache-2.0

import Pixels

/// Codes rows of MCUs, each distinct MCU once.
struct MCURow: ~Copyable {
    private let coder: MCUCoder
    private let columns: Storage<MCUSpan>
    private var head = BitString()
    private var tail = BitString()
    private var unit = BitString()

    init(grid: Grid, frame: FrameLayout, columns: [MCUSpan]) {
        self.columns = Storage(columns)
        coder = MCUCoder(grid: grid, frame: frame)
    }

    /// Writes the row, and the rows below that show the same.
    ///
    /// Equal rows differ only in the first DC difference of each component: it refers to the last block of the row
    /// above. From the second row on that is the row itself, so that all further rows are equal bit by bit.
    mutating func write(_ row: MCUSpan, to scan: inout EntropyCodedSegment) {
        encodeHead(row)
        scan.append(head)
        encodeTail(row)
        scan.append(tail)
        guard row.count > 1 else { return }
        let predictions = coder.predictions
        encodeHead(row)
        // The differences behind the first MCU are those of the first time, and so are the predictions behind the row.
        head.append(tail)
        coder.predictions = predictions
        for _ in 1..<row.count { scan.append(head) }
    }

    /// The first MCU.
    private mutating func encodeHead(_ row: MCUSpan) {
        head.removeAll()
        coder.encode(row, columns.base[0], into: &head)
    }

    /// All MCUs but the first. Of equal ones the second has the same bits as all that follow, as each is
    /// preceded by its equal.
    private mutating func encodeTail(_ row: MCUSpan) {
        tail.removeAll()
        for index in 0..<columns.count {
            let column = columns.base[index]
            if index > 0 { coder.encode(row, column, into: &tail) }
            guard column.count > 1 else { continue }
            unit.removeAll()
            coder.encode(row, column, into: &unit)
            tail.append(unit, times: column.count - 1)
        }
    }
}
