// SPDX-License-Identifier: Apache-2.0

import Pixels

/// The codes of all blocks that show two cells with one straight edge between them, either between two columns or
/// between two rows of the grid.
///
/// The AC coefficients of such a block depend on the place of its edge and on the height of the edge, which is the
/// sample of the first cell less that of the last cell. They do not depend on the sample of the last cell itself,
/// because a constant that is added to all samples of a block changes only the DC coefficient (WritingFromTheGrid.md,
/// "A constant adds to DC alone").
package struct EdgeCodes: BitwiseCopyable, Sendable {
    /// The place at which the edge between two cells crosses one side of a block.
    package struct Place: BitwiseCopyable, Sendable {
        /// The index 0...15 of the place: i for `before(i)`, 8 + i for `through(i)`.
        let index: UInt8

        /// The number of places at which the edge between two cells can cross the 8 samples of one side of a block:
        /// before each of the samples, or through each of them, which then is the mean of both cells.
        static let count = 16

        /// Returns the place of an edge between two cells that is before a sample, 0...7: the samples before this
        /// sample show the first cell, all others show the last cell. For sample 0 the whole side shows the last cell.
        package static func before(_ sample: Int) -> Place { Place(index: UInt8(sample)) }

        /// Returns the place of an edge between two cells that goes through a sample, 0...7: this sample is the mean of
        /// both cells, the samples before it show the first cell, and the samples after it show the last cell.
        package static func through(_ sample: Int) -> Place { Place(index: 8 + UInt8(sample)) }
    }

    /// The code of a block without that of its DC coefficient: the codes of the AC coefficients and of EOB, 126 bits at
    /// most.
    package struct Code: BitwiseCopyable, Sendable {
        /// The last `count` bits of the block's code, in the lowest bits of this value. The bits above them are 0.
        package fileprivate(set) var bits: UInt64 = 0
        /// The first `firstCount` bits of the block's code, in the lowest bits of this value. They exist only if the
        /// code has more than 63 bits. The bits above them are 0.
        package fileprivate(set) var firstBits: UInt64 = 0
        /// The number of bits in `bits`, 0...63. It is the length of the whole code if `firstCount` is 0.
        package fileprivate(set) var count: UInt8 = 0
        /// The number of bits in `firstBits`, 0...63; 0 if the block's code has at most 63 bits.
        package fileprivate(set) var firstCount: UInt8 = 0
        /// The largest length of a code that one `BitString.Cursor.append`, of at most 63 bits, can append together
        /// with the code of a DC difference, which has at most 16 bits.
        static let short = 47

        /// The unquantized DC coefficient of the block, less that of a block whose samples all show the last cell. Both
        /// are 8 times those of the standard.
        package fileprivate(set) var rise: Int16 = 0
    }

    /// The codes of blocks with one edge, for both directions of the edge and with the same quantization and Huffman
    /// tables.
    package struct Axes: BitwiseCopyable, Sendable {
        /// The codes of blocks with an edge between two columns of the grid.
        package let columns: EdgeCodes
        /// The codes of blocks with an edge between two rows of the grid.
        package let rows: EdgeCodes
    }

    /// The code for each place and height of an edge: the codes of all heights for the first place, then for the
    /// second, and so on.
    private let codes: Table<Code>

    /// The heights of an edge, which are the differences of two samples.
    private static let heights = -255...255

    /// The codes with the tables of luminance (index 0) and with the tables of chrominance (index 1).
    package static let standard = BlockCoder.standard.map { coder in
        Axes(columns: EdgeCodes(.columns, coder: coder), rows: EdgeCodes(.rows, coder: coder))
    }

    private init(_ axis: BlockSpan.Axis, coder: BlockCoder) {
        var codes: [Code] = []
        codes.reserveCapacity(Place.count * Self.heights.count)
        // A grid of two by two cells.
        let samples = Storage<UInt8>(count: 4)
        let plane = Plane(samples: samples.base, size: 2)
        let across = BlockSpan(full: 0, cells: [0])
        for place in 0..<Place.count {
            let along = Self.span(Place(index: UInt8(place)), axis)
            let sides = Storage(axis == .rows ? [along, across] : [across, along])
            for height in Self.heights {
                let (first, last) = (UInt8(max(0, height)), UInt8(max(0, -height)))
                samples.base[0] = first
                samples.base[1] = axis == .rows ? first : last
                samples.base[2] = axis == .rows ? last : first
                samples.base[3] = last
                let code = Self.code(plane, sides.base, sides.base + 1, last: last, coder: coder)
                codes.append(code)
            }
        }
        self.codes = Table(codes)
    }

    /// The code of a block with an edge between two cells.
    ///
    /// - Parameters:
    ///   - place: The place of the edge along the side of the block that the edge crosses.
    ///   - height: The sample of the first cell less that of the last cell, -255...255.
    @inline(__always)
    package subscript(place: Place, height: Int) -> Code {
        codes[Int(place.index) &* Self.heights.count &+ height &- Self.heights.lowerBound]
    }

    /// Returns the side of a block that shows cell 0 before, and cell 1 after, an edge at `place`.
    private static func span(_ place: Place, _ axis: BlockSpan.Axis) -> BlockSpan {
        let index = Int(place.index)
        if index < 8 { return BlockSpan(full: 0, cells: (0..<8).map { $0 < index ? 0 : 1 }) }
        return BlockSpan(halved: 0, cells: (0..<16).map { $0 <= 2 * (index - 8) ? 0 : 1 }, axis: axis)
    }

    /// Returns the code of a block with an edge between two cells.
    ///
    /// - Parameters:
    ///   - plane: The samples of the two cells.
    ///   - rows: The cells along the left side of the block.
    ///   - columns: The cells along the top side of the block.
    ///   - last: The sample of the last cell.
    ///   - coder: The coder with the tables of luminance or of chrominance.
    private static func code(
        _ plane: Plane, _ rows: UnsafePointer<BlockSpan>, _ columns: UnsafePointer<BlockSpan>, last: UInt8,
        coder: BlockCoder
    ) -> Code {
        var code = Code()
        var bits = BitString()
        var end = bits.end(room: BlockCoder.longestBlock)
        let coefficients = Storage<SIMD8<Int16>>(count: 8)
        let count = coder.transform(plane, rows, columns, into: coefficients.base)
        coder.encodeAC(coefficients.base, rows: count, to: &end)
        bits.advance(to: end)
        code.rise = coefficients.base[0][0] - 64 * (Int16(last) - 128)
        code.set(bits)
        return code
    }
}

extension EdgeCodes.Code {
    /// Stores the bits of a code, which must be at most 126. No picture can violate this precondition: the codes are
    /// made from constant tables, all of them at the first use of `EdgeCodes.standard`.
    fileprivate mutating func set(_ all: borrowing BitString) {
        precondition(all.count <= 126, "the code of a block with one edge is too long")
        if all.wordCount == 0 {
            (bits, count) = (all.pending, UInt8(all.pendingCount))
        } else {
            // The last 63 bits of the full word and of the pending bits after it.
            let word = all.base[0]
            (firstBits, firstCount) = (word >> UInt64(63 - all.pendingCount), UInt8(all.pendingCount + 1))
            (bits, count) = (word << UInt64(all.pendingCount) & .max >> 1 | all.pending, 63)
        }
    }
}
