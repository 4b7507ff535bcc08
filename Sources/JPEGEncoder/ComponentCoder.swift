// SPDX-License-Identifier: Apache-2.0

/// The coder of the blocks of one component. The parameters `rows` and `columns` of its methods describe a block: the
/// cells along its left side and along its top side.
struct ComponentCoder: BitwiseCopyable {
    /// A block whose code is in a table of `EdgeCodes`: it shows one cell, or two cells with one straight edge between
    /// them.
    struct KnownBlock: BitwiseCopyable {
        /// The code of the AC coefficients and of EOB.
        let code: EdgeCodes.Code
        /// The quantized DC coefficient.
        let dc: Int32
    }

    private let plane: Plane
    private let coder: BlockCoder
    private let edges: EdgeCodes.Axes
    /// The quantized DC coefficient of the block that was coded last, 0 before the first. The next DC coefficient is
    /// coded as its difference to this one (ITU-T T.81, F.1.1.5.1).
    var prediction: Int32 = 0

    /// Creates a coder.
    ///
    /// - Parameters:
    ///   - plane: The samples of the component, one for each cell.
    ///   - table: 0 for the tables of luminance, 1 for those of chrominance.
    init(_ plane: Plane, table: Int) {
        self.plane = plane
        coder = BlockCoder.standard[table]
        edges = EdgeCodes.standard[table]
    }

    /// Returns the code of a block from the tables of `EdgeCodes`; nil if none of them has the block, because it shows
    /// more than two cells, has more than one row or column of samples that are means of both cells, or lies beyond the
    /// picture.
    ///
    /// - Parameters:
    ///   - rows: The cells along the left side of the block.
    ///   - columns: The cells along the top side of the block.
    @inline(__always)
    func find(_ rows: UnsafePointer<BlockSpan>, _ columns: UnsafePointer<BlockSpan>) -> KnownBlock? {
        let first = plane[rows.pointee.first, columns.pointee.first]
        let last = plane[rows.pointee.last, columns.pointee.last]
        let code: EdgeCodes.Code
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

    /// Appends the code of a block that `find` returned.
    @inline(__always)
    mutating func encode(_ block: KnownBlock, to cursor: inout BitString.Cursor) {
        let difference = coder.code(dcDifference: block.dc &- prediction)
        prediction = block.dc
        let code = block.code
        if code.count <= EdgeCodes.Code.short {
            let count = Int(code.count)
            let bits = UInt64(difference.bits) &<< UInt64(truncatingIfNeeded: count) | code.bits
            cursor.append(bits, count: Int(difference.length) &+ count)
        } else {
            cursor.append(difference)
            if code.firstCount > 0 { cursor.append(code.firstBits, count: Int(code.firstCount)) }
            cursor.append(code.bits, count: Int(code.count))
        }
    }

    /// Appends the code of a block for which `find` returned nil.
    ///
    /// - Parameters:
    ///   - rows: The cells along the left side of the block.
    ///   - columns: The cells along the top side of the block.
    ///   - cursor: The end of the bits to which the code is appended.
    mutating func encode(
        _ rows: UnsafePointer<BlockSpan>, _ columns: UnsafePointer<BlockSpan>,
        to cursor: inout BitString.Cursor
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

    /// Appends the code of a dummy block, with which libjpeg completes an MCU beyond the right or the bottom of the
    /// picture (T.81, A.2.4; `compress_data` in jccoefct.c): it has the DC coefficient of the block before, and all its
    /// AC coefficients are zero.
    private mutating func encodeDummy(to cursor: inout BitString.Cursor) {
        encode(KnownBlock(code: edges.columns[.before(0), 0], dc: prediction), to: &cursor)
    }
}
