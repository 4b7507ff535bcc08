// SPDX-License-Identifier: Apache-2.0

/// The code of a block that shows two cells, but for its DC coefficient.
package struct EdgeCode: BitwiseCopyable, Sendable {
    /// The bits of the AC coefficients and of the end of the block: all, or the last 63 of them.
    package fileprivate(set) var bits: UInt64 = 0
    /// Those in front of them.
    package fileprivate(set) var firstBits: UInt64 = 0
    /// How many bits `bits` and `firstBits` hold, at most 63 each.
    package fileprivate(set) var count: UInt8 = 0
    package fileprivate(set) var firstCount: UInt8 = 0
    /// The most bits that `append` takes together with the code of a DC difference, which has 16 at most.
    static let short = 47

    /// By how much the DC coefficient, before it is quantized, exceeds that of a block that shows the last cell alone.
    package fileprivate(set) var rise: Int16 = 0
}

/// The codes of all blocks that one edge between two cells crosses, straight along an axis.
///
/// The AC coefficients depend on where the edge is and how high, not on the level of the last cell: a
/// constant added to all samples adds a multiple of the last shift's divisor to DC and nothing to the others.
package struct EdgeCodes: BitwiseCopyable, Sendable {
    private let codes: Table<EdgeCode>

    private static let heights = -255...255

    /// For edges between columns or between rows of cells.
    init(_ axis: BlockSpan.Axis, coder: BlockCoder) {
        var codes: [EdgeCode] = []
        codes.reserveCapacity(EdgePlace.count * Self.heights.count)
        // Two by two cells.
        let samples = Storage<UInt8>(count: 4)
        let plane = Plane(samples: samples.base, cells: 2)
        let across = BlockSpan(full: 0, cells: [0])
        for place in 0..<EdgePlace.count {
            let along = Self.span(EdgePlace(index: UInt8(place)), axis)
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

    /// The codes of blocks with edges between columns and with edges between rows.
    package struct Axes: BitwiseCopyable, Sendable {
        package let columns: EdgeCodes
        package let rows: EdgeCodes
    }

    /// For luminance and for chrominance.
    package static let standard = BlockCoder.standard.map { coder in
        Axes(columns: EdgeCodes(.columns, coder: coder), rows: EdgeCodes(.rows, coder: coder))
    }

    /// `height` is how much the first cell's sample exceeds the last's.
    @inline(__always)
    package subscript(place: EdgePlace, height: Int) -> EdgeCode {
        codes[Int(place.index) &* Self.heights.count &+ height &- Self.heights.lowerBound]
    }

    /// A side on which cell 0 passes into cell 1.
    private static func span(_ place: EdgePlace, _ axis: BlockSpan.Axis) -> BlockSpan {
        let index = Int(place.index)
        if index < 8 { return BlockSpan(full: 0, cells: (0..<8).map { $0 < index ? 0 : 1 }) }
        return BlockSpan(halved: 0, cells: (0..<16).map { $0 <= 2 * (index - 8) ? 0 : 1 }, axis: axis)
    }

    private static func code(
        _ plane: Plane, _ rows: UnsafePointer<BlockSpan>, _ columns: UnsafePointer<BlockSpan>, last: UInt8,
        coder: BlockCoder
    ) -> EdgeCode {
        var code = EdgeCode()
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

extension EdgeCode {
    /// No code is longer than 126 bits: the tables are always the same, so that this is tried whenever they are made.
    fileprivate mutating func set(_ all: borrowing BitString) {
        precondition(all.count <= 126, "the code of a block with one edge is too long")
        if all.wordCount == 0 {
            (bits, count) = (all.pending, UInt8(all.pendingCount))
        } else {
            // Of the full word and what is pending behind it the last 63 bits.
            let word = all.base[0]
            (firstBits, firstCount) = (word >> UInt64(63 - all.pendingCount), UInt8(all.pendingCount + 1))
            (bits, count) = (word << UInt64(all.pendingCount) & .max >> 1 | all.pending, 63)
        }
    }
}
