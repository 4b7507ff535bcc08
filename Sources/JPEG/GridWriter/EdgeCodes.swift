// SPDX-License-Identifier: Apache-2.0

import Pixels

/// The codes of all blocks that one straight edge between two cells crosses, along one axis.
///
/// The AC coefficients depend on the place of the edge and on its height, the difference of the two cells' samples, but
/// not on the level of the last cell: a constant added to all samples adds a multiple of the last shift's divisor to DC
/// and nothing to the other coefficients.
package struct EdgeCodes: BitwiseCopyable, Sendable {
    /// The place at which an edge between two cells crosses a side of a block.
    package struct Place: BitwiseCopyable, Sendable {
        /// 0...15.
        let index: UInt8

        static let count = 16

        /// The samples before `sample`, 0...7, show the first cell, `sample` and all others the last cell. At 0 the
        /// whole side shows one cell.
        package static func before(_ sample: Int) -> Place { Place(index: UInt8(sample)) }

        /// The same, but `sample` is the mean of both cells.
        package static func through(_ sample: Int) -> Place { Place(index: 8 + UInt8(sample)) }
    }

    /// The code of a block without its DC coefficient.
    package struct Code: BitwiseCopyable, Sendable {
        /// The bits of the AC coefficients and of EOB: all of them, or the last 63.
        package fileprivate(set) var bits: UInt64 = 0
        /// The bits before them.
        package fileprivate(set) var firstBits: UInt64 = 0
        /// The number of bits in `bits`, 0...63.
        package fileprivate(set) var count: UInt8 = 0
        /// The number of bits in `firstBits`, 0...63.
        package fileprivate(set) var firstCount: UInt8 = 0
        /// The most bits that one `append` takes together with the code of a DC difference, which has 16 at most.
        static let short = 47

        /// The DC coefficient, before it is quantized, less that of a block that shows the last cell alone.
        package fileprivate(set) var rise: Int16 = 0
    }

    /// The codes of blocks with edges between columns, and of blocks with edges between rows.
    package struct Axes: BitwiseCopyable, Sendable {
        package let columns: EdgeCodes
        package let rows: EdgeCodes
    }

    /// Place by place and height by height.
    private let codes: Table<Code>

    private static let heights = -255...255

    /// The codes with the tables of luminance, and those with the tables of chrominance.
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

    /// - Parameter height: The first cell's sample less the last's, -255...255.
    @inline(__always)
    package subscript(place: Place, height: Int) -> Code {
        codes[Int(place.index) &* Self.heights.count &+ height &- Self.heights.lowerBound]
    }

    /// Returns a side on which cell 0 is followed by cell 1.
    private static func span(_ place: Place, _ axis: BlockSpan.Axis) -> BlockSpan {
        let index = Int(place.index)
        if index < 8 { return BlockSpan(full: 0, cells: (0..<8).map { $0 < index ? 0 : 1 }) }
        return BlockSpan(halved: 0, cells: (0..<16).map { $0 <= 2 * (index - 8) ? 0 : 1 }, axis: axis)
    }

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
    /// Takes the bits of a block. No code is longer than 126 bits: the tables are constant, so that the precondition is
    /// checked for all codes whenever the process makes them.
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
