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
        encodeHead(row)
        scan.append(head)
        encodeTail(row)
        scan.append(tail)
        guard row.count > 1 else { return }
        let predictions = components.map(\.prediction)
        encodeHead(row)
        // The differences behind the first MCU are those of the first time, and so are the predictions behind the row.
        head.append(tail)
        for (component, prediction) in zip(components, predictions) { component.prediction = prediction }
        for _ in 1..<row.count { scan.append(head) }
    }

    /// The first MCU.
    private mutating func encodeHead(_ row: MCUSpan) {
        head.removeAll()
        encode(row, columns[0], into: &head)
    }

    /// All MCUs but the first. Of equal ones the second has the same bits as all that follow, as each is
    /// preceded by its equal.
    private mutating func encodeTail(_ row: MCUSpan) {
        tail.removeAll()
        for (index, column) in columns.enumerated() {
            if index > 0 { encode(row, column, into: &tail) }
            guard column.count > 1 else { continue }
            unit.removeAll()
            encode(row, column, into: &unit)
            tail.append(unit, times: column.count - 1)
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
