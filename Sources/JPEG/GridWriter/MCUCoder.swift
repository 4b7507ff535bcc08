// SPDX-License-Identifier: Apache-2.0

import Pixels

/// Codes MCUs of the picture that a grid shows: the blocks of all components, in the order of a scan.
struct MCUCoder {
    private let components: [ComponentCoder]
    private let isSubsampled: Bool

    init(grid: Grid, frame: FrameLayout) {
        isSubsampled = frame.isSubsampled
        components = zip(ColorConversion.planes(of: grid), frame.components).map { plane, component in
            ComponentCoder(plane: plane, cells: grid.n, table: component.table)
        }
    }

    /// The DC coefficients to which those of the next MCU are compared.
    var predictions: [Int32] {
        get { components.map(\.prediction) }
        nonmutating set {
            for (component, prediction) in zip(components, newValue) { component.prediction = prediction }
        }
    }

    func encode(_ row: MCUSpan, _ column: MCUSpan, into bits: inout BitString) {
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
