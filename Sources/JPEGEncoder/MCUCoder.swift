// SPDX-License-Identifier: Apache-2.0

import Pixels

/// The coder of MCUs. An MCU has the blocks of all components for one square of the picture, in the order of an
/// interleaved scan (ITU-T T.81, A.2.3).
struct MCUCoder: ~Copyable {
    /// The samples of all components: one sample for each cell of the grid, one component after the other.
    private let samples: Storage<UInt8>
    private let components: Storage<ComponentCoder>
    /// The blocks of an MCU in the order of the scan.
    private let blocks: Storage<FrameLayout.Block>
    /// The result of `ComponentCoder.find` for each block of the MCU that was coded last.
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

    /// An upper bound of the number of 64-bit words that the code of an MCU fills.
    var longestMCU: Int { blocks.count * BlockCoder.longestBlock }

    /// The quantized DC coefficient of the last block of each component, from which the next one is predicted.
    var predictions: [Int32] {
        get { (0..<components.count).map { components.base[$0].prediction } }
        nonmutating set {
            for (index, prediction) in newValue.enumerated() {
                components.base[index].prediction = prediction
            }
        }
    }

    /// Appends the code of an MCU.
    ///
    /// - Parameters:
    ///   - rows: The cells along the left side of the MCU: `FrameLayout.blocksAlongSide` elements, as in
    ///     `MCURow.Span.blocks`.
    ///   - columns: The cells along the top side of the MCU, in as many elements.
    ///   - cursor: The end of the bits to which the code is appended.
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

    /// Appends the code of an MCU that shows the same as the MCU of the last `encode`. Only the DC predictions may
    /// differ. The parameters are those of that call.
    @inline(__always)
    func encodeAgain(
        _ rows: UnsafePointer<BlockSpan>, _ columns: UnsafePointer<BlockSpan>,
        to cursor: inout BitString.Cursor
    ) {
        for index in 0..<blocks.count { encode(index, rows, columns, to: &cursor) }
    }

    /// Appends the code of one block of an MCU; `index` is the index of the block in the order of the scan.
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
