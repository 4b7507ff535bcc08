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

    /// Looks a block up; nil if it shows more than one edge, or lies beyond the picture.
    @inline(__always)
    func find(_ rows: UnsafePointer<BlockSpan>, _ columns: UnsafePointer<BlockSpan>) -> KnownBlock? {
        let first = plane[rows.pointee.first, columns.pointee.first]
        let last = plane[rows.pointee.last, columns.pointee.last]
        let code: EdgeCode
        if rows.pointee.isLevel, let edge = columns.pointee.edge {
            code = edges.columns[edge, first &- last]
        } else if columns.pointee.isLevel, let edge = rows.pointee.edge {
            code = edges.rows[edge, first &- last]
        } else {
            return nil
        }
        let coefficient = Int32(truncatingIfNeeded: 64 &* (last &- 128)) &+ Int32(code.rise)
        return KnownBlock(code: code, dc: coder.quantize(dc: coefficient))
    }

    @inline(__always)
    mutating func encode(_ block: KnownBlock, to cursor: inout BitCursor) {
        let difference = coder.code(dcDifference: block.dc &- prediction)
        prediction = block.dc
        let code = block.code
        if code.count <= EdgeCode.short {
            let count = Int(code.count)
            let bits = UInt64(difference.bits) &<< UInt64(truncatingIfNeeded: count) | code.bits
            cursor.append(bits, count: Int(difference.length) &+ count)
        } else {
            cursor.append(difference)
            if code.firstCount > 0 { cursor.append(code.firstBits, count: Int(code.firstCount)) }
            cursor.append(code.bits, count: Int(code.count))
        }
    }

    /// A block that is not found.
    mutating func encode(
        _ rows: UnsafePointer<BlockSpan>, _ columns: UnsafePointer<BlockSpan>, to cursor: inout BitCursor
    ) {
        guard rows.pointee.count > 0, columns.pointee.count > 0 else { return encodeDummy(to: &cursor) }
        withUnsafeTemporaryAllocation(of: SIMD8<Int16>.self, capacity: 8) { buffer in
            guard let coefficients = buffer.baseAddress else { return }
            let count = coder.transform(plane, rows, columns, into: coefficients)
            let dc = coder.quantize(dc: Int32(coefficients[0][0]))
            cursor.append(coder.code(dcDifference: dc &- prediction))
            prediction = dc
            coder.encodeAC(coefficients, rows: count, to: &cursor)
        }
    }

    /// The block that libjpeg puts beyond the edge of the picture (`compress_data` in jccoefct.c): the DC of the block
    /// before it, no AC.
    private mutating func encodeDummy(to cursor: inout BitCursor) {
        encode(KnownBlock(code: edges.columns[.before(0), 0], dc: prediction), to: &cursor)
    }
}
