// SPDX-License-Identifier: Apache-2.0

import Pixels

/// The coder of MCUs: the blocks of all components, in the order of an interleaved scan (ITU-T T.81, A.2.3).
struct MCUCoder: ~Copyable {
    /// The samples of all components, one plane after the other.
    private let samples: Storage<UInt8>
    private let components: Storage<ComponentCoder>
    private let blocks: Storage<FrameLayout.Block>
    /// The blocks of the MCU coded last; nil for those that have no ready code.
    private let found: Storage<ComponentCoder.KnownBlock?>

    init(grid: Grid, frame: FrameLayout) {
        samples = Storage(Array(Plane.components(of: grid).joined()))
        components = Storage(count: frame.components.count)
        blocks = Storage(frame.blocks)
        found = Storage(count: frame.blocks.count)
        let planes = UnsafePointer(samples.base)
        for (index, component) in frame.components.enumerated() {
            let plane = Plane(samples: planes + index * grid.size * grid.size, size: grid.size)
            (components.base + index).initialize(to: ComponentCoder(plane, table: component.table))
        }
    }

    /// An upper bound of the 64-bit words that the bits of an MCU fill.
    var longestMCU: Int { blocks.count * BlockCoder.longestBlock }

    /// The prediction of the next DC coefficient of each component.
    var predictions: [Int32] {
        get { (0..<components.count).map { components.base[$0].prediction } }
        nonmutating set {
            for (index, prediction) in newValue.enumerated() {
                components.base[index].prediction = prediction
            }
        }
    }

    /// Codes an MCU.
    ///
    /// - Parameters:
    ///   - rows: The block spans along the left side, `FrameLayout.blocksAlongSide` of them.
    ///   - columns: Those along the top side.
    @inline(__always)
    func encode(
        _ rows: UnsafePointer<BlockSpan>, _ columns: UnsafePointer<BlockSpan>,
        to cursor: inout BitString.Cursor
    ) {
        for index in 0..<blocks.count {
            let block = blocks.base[index]
            found.base[index] = components.base[block.component].find(
                rows + block.row, columns + block.column)
            encode(index, rows, columns, to: &cursor)
        }
    }

    /// Codes the MCU of the last call again. Only its predictions may differ.
    @inline(__always)
    func encodeAgain(
        _ rows: UnsafePointer<BlockSpan>, _ columns: UnsafePointer<BlockSpan>,
        to cursor: inout BitString.Cursor
    ) {
        for index in 0..<blocks.count { encode(index, rows, columns, to: &cursor) }
    }

    @inline(__always)
    private func encode(
        _ index: Int, _ rows: UnsafePointer<BlockSpan>, _ columns: UnsafePointer<BlockSpan>,
        to cursor: inout BitString.Cursor
    ) {
        let block = blocks.base[index]
        let component = components.base + block.component
        if let known = found.base[index] {
            component.pointee.encode(known, to: &cursor)
        } else {
            // A copy, so that the cursor itself can stay in registers.
            var copy = cursor
            component.pointee.encode(rows + block.row, columns + block.column, to: &copy)
            cursor = copy
        }
    }
}
