// SPDX-License-Identifier: Apache-2.0

/// Codes the blocks of one component of the picture that a grid shows.
struct ComponentCoder: BitwiseCopyable {
    private let plane: Plane
    private let coder: BlockCoder
    private let edges: EdgeCodes.Axes
    /// The quantized DC coefficient to which that of the next block is compared.
    var prediction: Int32 = 0

    /// `table` is 0 or 1.
    init(_ plane: Plane, table: Int) {
        self.plane = plane
        coder = BlockCoder.standard[table]
        edges = EdgeCodes.standard[table]
    }

    /// The block that libjpeg puts beyond the edge of the picture (`compress_data` in jccoefct.c): the DC of the block
    /// before it, no AC.
    mutating func encodeDummy(into bits: inout BitString) {
        encode(edges.columns[.before(0), 0], dc: prediction, into: &bits)
    }

    @inline(__always)
    mutating func encode(rows: BlockSpan, columns: BlockSpan, into bits: inout BitString) {
        if rows.isUniform, let edge = columns.edge {
            let last = plane[rows.first, columns.last]
            encode(edges.columns[edge, plane[rows.first, columns.first] &- last], last: last, into: &bits)
        } else if columns.isUniform, let edge = rows.edge {
            let last = plane[rows.last, columns.first]
            encode(edges.rows[edge, plane[rows.first, columns.first] &- last], last: last, into: &bits)
        } else {
            encodeAny(rows: rows, columns: columns, into: &bits)
        }
    }

    /// A block whose last cell shows the sample `last`.
    @inline(__always)
    private mutating func encode(_ code: EdgeCode, last: Int, into bits: inout BitString) {
        let coefficient = Int32(truncatingIfNeeded: 64 &* (last &- 128)) &+ Int32(code.rise)
        encode(code, dc: coder.quantize(dc: coefficient), into: &bits)
    }

    @inline(__always)
    private mutating func encode(_ code: EdgeCode, dc: Int32, into bits: inout BitString) {
        let difference = coder.code(dcDifference: dc &- prediction)
        prediction = dc
        bits.append(UInt64(difference.bits), count: Int(difference.length))
        if code.firstCount > 0 { bits.append(code.firstBits, count: Int(code.firstCount)) }
        bits.append(code.bits, count: Int(code.count))
    }

    private mutating func encodeAny(rows: BlockSpan, columns: BlockSpan, into bits: inout BitString) {
        withUnsafeTemporaryAllocation(of: SIMD8<Int16>.self, capacity: 8) { buffer in
            guard let coefficients = buffer.baseAddress else { return }
            let count = coder.transform(plane, rows: rows, columns: columns, into: coefficients)
            let dc = coder.quantize(dc: Int32(coefficients[0][0]))
            let difference = coder.code(dcDifference: dc &- prediction)
            prediction = dc
            bits.append(UInt64(difference.bits), count: Int(difference.length))
            coder.encodeAC(coefficients, rows: count, into: &bits)
        }
    }
}
