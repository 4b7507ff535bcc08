// SPDX-License-Identifier: Apache-2.0

import CPixels
import Pixels
import Support

/// The coder of rows of MCUs. An MCU has the blocks of all components for one square of the picture, in the order of an
/// interleaved scan (ITU-T T.81, A.2.3). Consecutive MCUs of a row that show the same are coded once.
struct MCURow: ~Copyable {
    /// The samples of all components: one sample for each cell of the grid, one component after the other.
    private let planes: Storage<UInt8>
    /// The MCUs of a row from the left, equal ones once.
    private let columns: Storage<px_mcu_sides>
    private var coder = px_mcu_coder()
    private let kernels: px_block_kernels
    /// The bits of the first MCU of the row that is being written. For the second of equal rows, the bits of all other
    /// MCUs of the row follow.
    private var head = BitString()
    /// The bits of all MCUs but the first of the row that is being written.
    private var tail = BitString()

    /// Creates a coder.
    ///
    /// - Parameters:
    ///   - grid: The grid whose enlarged picture is coded.
    ///   - frame: The components and the blocks of an MCU.
    ///   - columns: The top sides of the MCUs of a row, from `sides`.
    ///   - kernels: The functions that code the blocks. All have the same results.
    init(grid: Grid, frame: FrameLayout, columns: [px_mcu_sides], kernels: px_block_kernels) {
        let cells = grid.size * grid.size
        planes = Storage(count: cells * grid.bands + Int(PX_PLANE_PADDING))
        px_fill_planes(planes.base, grid.samples, cells, Int32(grid.bands))
        // The padding is read, but has no effect.
        (planes.base + cells * grid.bands).initialize(repeating: 0, count: Int(PX_PLANE_PADDING))
        self.columns = Storage(columns)
        self.kernels = kernels
        coder.size = grid.size
        coder.columns = UnsafePointer(self.columns.base)
        coder.column_count = columns.count
        coder.component_count = Int32(frame.components.count)
        coder.block_count = Int32(frame.blocks.count)
        withUnsafeMutableBytes(of: &coder.components) { bytes in
            let components = bytes.assumingMemoryBound(to: px_component.self)
            for (index, component) in frame.components.enumerated() {
                components[index] = px_component(
                    samples: planes.base + index * cells,
                    tables: BlockTables.standard[component.table].address, prediction: 0)
            }
        }
        withUnsafeMutableBytes(of: &coder.blocks) { bytes in
            let blocks = bytes.assumingMemoryBound(to: px_block.self)
            for (index, block) in frame.blocks.enumerated() { blocks[index] = block }
        }
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
    mutating func write(_ row: px_mcu_sides, to scan: inout EntropyCodedSegment) {
        encodeHead(row)
        scan.append(head)
        encodeTail(row)
        scan.append(tail)
        guard row.count > 1 else { return }
        let components = coder.components
        encodeHead(row)
        // The DC differences after the first MCU, and the predictions after the row, are those of the row before.
        coder.components = components
        for _ in 1..<row.count {
            scan.append(head)
            scan.append(tail)
        }
    }

    /// Codes the first MCU of a row into `head`.
    ///
    /// - Parameter row: The left side of the MCUs.
    private mutating func encodeHead(_ row: px_mcu_sides) {
        var row = row
        head.removeAll()
        head.reserve(Int(coder.block_count) * Int(PX_LONGEST_BLOCK))
        kernels.code_first(&coder, &row, &head.bits)
    }

    /// Codes all MCUs of a row but the first into `tail`. The first MCU must have been coded just before.
    ///
    /// - Parameter row: The left side of the MCUs.
    private mutating func encodeTail(_ row: px_mcu_sides) {
        var row = row
        tail.removeAll()
        var index = 0
        while true {
            index = kernels.code_others(&coder, &row, index, &tail.bits, tail.limit)
            guard index < coder.column_count else { return }
            tail.reserve(px_mcu_words(&coder, index))
        }
    }
}

extension MCURow {
    /// Returns the top sides of the MCUs of a row, or the left sides of a column of MCUs. Equal MCUs inside a cell
    /// share one element.
    ///
    /// - Parameters:
    ///   - halved: The relation of the samples of subsampled components to pixels: `halved_columns` for the top
    ///     sides, `halved_rows` for the left sides.
    ///   - cells: The cell that each pixel shows, from the left or from the top of the picture.
    ///   - frame: The components and the blocks of an MCU.
    static func sides(_ halved: px_sampling, cells: [UInt8], frame: FrameLayout) -> [px_mcu_sides] {
        var sides: [px_mcu_sides] = []
        var last: UInt8?
        for index in 0..<ceilingDivision(cells.count, frame.mcuSide) {
            let cell = commonCell(index, cells: cells, frame: frame)
            if cell != nil, cell == last {
                sides[sides.count - 1].count += 1
                continue
            }
            last = cell
            let start = index * frame.mcuSide
            var mcu = px_mcu_sides()
            mcu.count = 1
            mcu.is_level = cell != nil
            px_fill_side(&mcu.blocks.0, cells, cells.count, start, .full)
            if frame.isSubsampled {
                px_fill_side(&mcu.blocks.1, cells, cells.count, start + 8, .full)
                mcu.has_dummy = mcu.blocks.1.runs == 0
                px_fill_side(&mcu.blocks.2, cells, cells.count, start / 2, halved)
            }
            sides.append(mcu)
        }
        return sides
    }

    /// Returns the only cell that the side of an MCU shows; nil if it shows several, or if a block of the MCU lies
    /// beyond the picture. The indices of the cells never decrease from pixel to pixel, so that comparing the first and
    /// the last pixel suffices.
    private static func commonCell(_ index: Int, cells: [UInt8], frame: FrameLayout) -> UInt8? {
        let start = index * frame.mcuSide
        if frame.isSubsampled, start + 8 >= cells.count { return nil }
        let last = min(start + frame.mcuSide, cells.count) - 1
        return cells[start] == cells[last] ? cells[start] : nil
    }
}
