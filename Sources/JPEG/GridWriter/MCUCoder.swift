// SPDX-License-Identifier: Apache-2.0

import Pixels

/// Codes MCUs of the picture that a grid shows: the blocks of all components, in the order of a scan.
struct MCUCoder: ~Copyable {
    /// The samples of all components, one plane after the other.
    private let samples: Storage<UInt8>
    private let components: Storage<ComponentCoder>
    private let blocks: Storage<FrameLayout.Block>
    /// The blocks of the MCU coded last; nil for those that are not found.
    private let found: Storage<KnownBlock?>

    init(grid: Grid, frame: FrameLayout) {
        samples = Storage(ColorConversion.planes(of: grid).joined())
        components = Storage(count: frame.components.count)
        blocks = Storage(frame.blocks)
        found = Storage(count: frame.blocks.count)
        let planes = UnsafePointer(samples.base)
        for (index, component) in frame.components.enumerated() {
            let plane = Plane(samples: planes + index * grid.n * grid.n, cells: grid.n)
            (components.base + index).initialize(to: ComponentCoder(plane, table: component.table))
        }
    }

    /// More words than the bits of any MCU fill.
    var longestMCU: Int { blocks.count * BlockCoder.longestBlock }

    /// The DC coefficients to which those of the next MCU are compared.
    var predictions: [Int32] {
        get { (0..<components.count).map { components.base[$0].prediction } }
        nonmutating set {
            for (index, prediction) in newValue.enumerated() {
                components.base[index].prediction = prediction
            }
        }
    }

    /// An MCU by its blocks along each axis, `FrameLayout.blocksAlongSide` each.
    @inline(__always)
    func encode(
        _ rows: UnsafePointer<BlockSpan>, _ columns: UnsafePointer<BlockSpan>, to cursor: inout BitCursor
    ) {
        for index in 0..<blocks.count {
            let block = blocks.base[index]
            found.base[index] = components.base[block.component].find(
                rows + block.row, columns + block.column)
            encode(index, rows, columns, to: &cursor)
        }
    }

    /// The same MCU as last time: only what is before it may be other.
    @inline(__always)
    func encodeAgain(
        _ rows: UnsafePointer<BlockSpan>, _ columns: UnsafePointer<BlockSpan>, to cursor: inout BitCursor
    ) {
        for index in 0..<blocks.count { encode(index, rows, columns, to: &cursor) }
    }

    @inline(__always)
    private func encode(
        _ index: Int, _ rows: UnsafePointer<BlockSpan>, _ columns: UnsafePointer<BlockSpan>,
        to cursor: inout BitCursor
    ) {
        let block = blocks.base[index]
        let component = components.base + block.component
        if let known = found.base[index] {
            component.pointee.encode(known, to: &cursor)
        } else {
            // A copy, so that the cursor itself need not be in memory.
            var copy = cursor
            component.pointee.encode(rows + block.row, columns + block.column, to: &copy)
            cursor = copy
        }
    }
}
