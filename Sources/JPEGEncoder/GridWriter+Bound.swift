// SPDX-License-Identifier: Apache-2.0

import CPixels
import Support

/// The upper bounds by which memory for outputs is reserved before a picture is decoded.
extension GridWriter {
    /// The bounds of one size: of a file, and of the memory that its writing takes.
    package struct Bound: Sendable, Equatable {
        /// The upper bound of the length of a file in bytes, without the profile and the comment.
        package let fileBytes: Int
        /// The upper bound of the memory, in bytes, that `encode` allocates in addition to the file that it returns.
        package let workingSetBytes: Int
        /// The capacity, in bytes, of the buffer of the entropy-coded data.
        let scanCapacity: Int

        /// Creates the bounds for a picture.
        ///
        /// - Parameters:
        ///   - width: The width of the written picture in pixels.
        ///   - height: The height of the written picture in pixels.
        ///   - bands: The number of bands of the grid: 1, 3 or 4.
        ///   - size: The number of cells along each side of the grid.
        package init(width: Int, height: Int, bands: Int, size: Int) {
            let frame = FrameLayout(bands: bands)
            let across = ceilingDivision(width, frame.mcuSide)
            let down = ceilingDivision(height, frame.mcuSide)
            let boundaries = size - 1
            var scan = 0
            var row = 0
            for component in frame.components {
                let bound = BlockBound.standard[component.table]
                let columns = Blocks(count: across * component.sampling, boundaries: boundaries)
                let rows = Blocks(count: down * component.sampling, boundaries: boundaries)
                // In any row of MCUs, all rows of blocks may have boundaries.
                let worst = Blocks(count: component.sampling, boundaries: component.sampling)
                scan += bound.bits(rows: rows, columns: columns, size: size, sampling: component.sampling)
                row += bound.bits(rows: worst, columns: columns, size: size, sampling: component.sampling)
            }
            let scanBytes = scan / 8 + 16
            let rowBytes = row / 8 + 16
            // The marker segments of a file have less than 700 bytes.
            fileBytes = scanBytes + 1024

            // The bits of a row are in up to two bit strings. A bit string has up to 8 bytes more for each MCU, twice
            // the capacity that it needs, and for a moment its old memory beside the new one, of half the size.
            let strings = 6 * (rowBytes + 8 * across + 2 * frame.blocks.count * Int(PX_LONGEST_BLOCK) * 8)
            let spans = min(2 * size, across) + min(2 * size, down) + 2
            // The samples of the cells as grid, turned grid, planes, and planes in one piece, which grows.
            let samples = 8 * bands * size * size
            // `EntropyCodedSegment.append` makes room for twice the length of the appended bits.
            scanCapacity = scanBytes + 2 * rowBytes + 64
            workingSetBytes =
                scanCapacity + strings + spans * 1024 + samples + 3 * (width + height) + (32 << 10)
        }
    }

    /// Returns the number of bytes that a profile and a comment take in a file, with the headers of their segments.
    package static func attachmentBytes(profile: Int, comment: Int) -> Int {
        // A segment of a profile has 18 bytes before its data and at most 65519 bytes of data.
        profile + ceilingDivision(profile, 65519) * 18 + comment + (comment > 0 ? 4 : 0)
    }

    /// The rows or the columns of blocks of a component.
    fileprivate struct Blocks {
        /// The number of rows or columns.
        let count: Int
        /// The largest number of rows or columns that show two cells or more.
        let mixed: Int

        /// Creates the rows or columns that have up to `boundaries` boundaries between cells.
        init(count: Int, boundaries: Int) {
            self.count = count
            mixed = min(boundaries, count)
        }

        var level: Int { count - mixed }
    }
}

extension BlockBound {
    /// Returns the bound, in bits, for all blocks of a component.
    ///
    /// - Parameters:
    ///   - size: The number of cells along each side of the grid.
    ///   - sampling: The sampling factor of the component.
    fileprivate func bits(
        rows: GridWriter.Blocks, columns: GridWriter.Blocks, size: Int, sampling: Int
    ) -> Int {
        // The DC coefficient of a block of one cell changes at the first MCU of a row and behind each boundary. With
        // two rows and columns of blocks in an MCU it changes also beside a boundary within the MCU.
        let changes =
            rows.count * min(size * sampling, columns.count) + (sampling - 1) * rows.mixed * columns.count
        let levelBlocks = rows.level * columns.level
        return levelBlocks * level + min(changes, levelBlocks) * (changed - level)
            + (rows.mixed * columns.level + rows.level * columns.mixed) * line
            + rows.mixed * columns.mixed * any
    }
}
