// SPDX-License-Identifier: Apache-2.0

import Pixels

/// Codes rows of MCUs, each distinct MCU once.
struct MCURow {
    private let components: [ComponentCoder]
    private let isSubsampled: Bool
    private let columns: [MCUSpan]
    private var head = BitString()
    private var tail = BitString()
    private var unit = BitString()

    init(grid: Grid, frame: FrameLayout, columns: [MCUSpan]) {
        self.columns = columns
        isSubsampled = frame.isSubsampled
        components = zip(ColorConversion.planes(of: grid), frame.components).map { plane, component in
            ComponentCoder(plane: plane, cells: grid.n, table: component.table)
        }
    }

    /// Writes the row, and the rows below that show the same.
    ///
    /// Equal rows differ only in the first DC difference of each component: it refers to the last block of the row
    /// above. From the second row on that is the row itself, so that all further rows are equal bit by bit.
    mutating func write(_ row: MCUSpan, to scan: inout EntropyCodedSegment) {
        head.removeAll()
        encode(row, columns[0], into: &head)
        scan.append(head)
        encodeTail(row)
        scan.append(tail)
        guard row.count > 1 else { return }
        head.removeAll()
        encode(row, columns[0], into: &head)
        // The differences inside the row are those of the first time: only the predictions have to be those behind it.
        head.append(tail)
        encodeTail(row)
        for _ in 1..<row.count { scan.append(head) }
    }

    /// All MCUs but the first. Of equal ones the second has the same bits as all that follow, as each is
    /// preceded by its equal.
    private mutating func encodeTail(_ row: MCUSpan) {
        tail.removeAll()
        for (index, column) in columns.enumerated() {
            var count = column.count
            if index == 0 {
                count -= 1
            } else {
                encode(row, column, into: &tail)
                count -= 1
            }
            guard count > 0 else { continue }
            unit.removeAll()
            encode(row, column, into: &unit)
            tail.append(unit, times: count)
        }
    }

    private func encode(_ row: MCUSpan, _ column: MCUSpan, into bits: inout BitString) {
        guard let rows = row.halved, let columns = column.halved else {
            for component in components {
                component.encode(rows: row.first, columns: column.first, into: &bits)
            }
            return
        }
        encodeLuminance(row.first, column, into: &bits)
        encodeLuminance(row.second, column, into: &bits)
        components[1].encode(rows: rows, columns: columns, into: &bits)
        components[2].encode(rows: rows, columns: columns, into: &bits)
    }

    /// Two blocks side by side; what lies beyond the picture is a dummy.
    private func encodeLuminance(_ rows: BlockSpan?, _ column: MCUSpan, into bits: inout BitString) {
        guard let rows else {
            components[0].encodeDummy(into: &bits)
            return components[0].encodeDummy(into: &bits)
        }
        components[0].encode(rows: rows, columns: column.first, into: &bits)
        if let columns = column.second {
            components[0].encode(rows: rows, columns: columns, into: &bits)
        } else {
            components[0].encodeDummy(into: &bits)
        }
    }
}
