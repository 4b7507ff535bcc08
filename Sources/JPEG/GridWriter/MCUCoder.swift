// SPDX-License-Identifier: Apache-2.0

import Pixels

/// Codes MCUs of the picture that a grid shows: the blocks of all components, in the order of a scan.
struct MCUCoder: ~Copyable {
    /// The samples of all components, one plane after the other.
    private let samples: Storage<UInt8>
    private let components: Storage<ComponentCoder>
    private let isSubsampled: Bool

    init(grid: Grid, frame: FrameLayout) {
        isSubsampled = frame.isSubsampled
        samples = Storage(ColorConversion.planes(of: grid).joined())
        components = Storage(count: frame.components.count)
        let planes = UnsafePointer(samples.base)
        for (index, component) in frame.components.enumerated() {
            let plane = Plane(samples: planes + index * grid.n * grid.n, cells: grid.n)
            (components.base + index).initialize(to: ComponentCoder(plane, table: component.table))
        }
    }

    /// The DC coefficients to which those of the next MCU are compared.
    var predictions: [Int32] {
        get { (0..<components.count).map { components.base[$0].prediction } }
        nonmutating set {
            for (index, prediction) in newValue.enumerated() {
                components.base[index].prediction = prediction
            }
        }
    }

    @inline(__always)
    func encode(_ row: MCUSpan, _ column: MCUSpan, into bits: inout BitString) {
        guard let rows = row.halved, let columns = column.halved else {
            for component in 0..<components.count {
                components.base[component].encode(rows: row.first, columns: column.first, into: &bits)
            }
            return
        }
        encodeLuminance(row.first, column, into: &bits)
        encodeLuminance(row.second, column, into: &bits)
        components.base[1].encode(rows: rows, columns: columns, into: &bits)
        components.base[2].encode(rows: rows, columns: columns, into: &bits)
    }

    /// Two blocks side by side; what lies beyond the picture is a dummy.
    @inline(__always)
    private func encodeLuminance(_ rows: BlockSpan?, _ column: MCUSpan, into bits: inout BitString) {
        guard let rows else {
            components.base[0].encodeDummy(into: &bits)
            return components.base[0].encodeDummy(into: &bits)
        }
        components.base[0].encode(rows: rows, columns: column.first, into: &bits)
        if let columns = column.second {
            components.base[0].encode(rows: rows, columns: columns, into: &bits)
        } else {
            components.base[0].encodeDummy(into: &bits)
        }
    }
}
