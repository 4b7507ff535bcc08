// SPDX-License-Identifier: Apache-2.0

/// The transform, the quantization and the entropy coding of blocks, with the tables of luminance or of chrominance.
struct BlockCoder: BitwiseCopyable, Sendable {
    private let transform = ForwardDCT.shared
    private let quantizer: Quantizer
    private let entropy: EntropyCoder

    /// The address of the 8 rows of coefficients of a block. Each coefficient is 8 times that of the standard.
    typealias Coefficients = UnsafeMutablePointer<SIMD8<Int16>>

    /// An upper bound of the number of 64-bit words that the code of a block fills: 64 codes of at most 26 bits are 26
    /// words, and the bits that precede them in the first word are fewer than 64.
    static let longestBlock = 27

    /// The two coders: index 0 has the tables of luminance, index 1 those of chrominance.
    static let standard = [BlockCoder(table: 0), BlockCoder(table: 1)]

    /// Creates a coder with the tables of luminance (0) or of chrominance (1).
    private init(table: Int) {
        quantizer = Quantizer(QuantizationTable.standard[table])
        entropy = EntropyCoder(HuffmanTable.standard[table])
    }

    /// Computes the coefficients of a block. Equal rows of the block are transformed once.
    ///
    /// - Parameters:
    ///   - plane: The samples of the component, one for each cell.
    ///   - rows: The cells along the left side of the block.
    ///   - columns: The cells along the top side of the block.
    ///   - coefficients: Receives the rows of coefficients, 8 times as large as those of the standard.
    /// - Returns: The number of rows of coefficients that were written, 1 or 8. The coefficients of all other rows are
    ///   zero.
    @inline(__always)
    func transform(
        _ plane: Plane, _ rows: UnsafePointer<BlockSpan>, _ columns: UnsafePointer<BlockSpan>,
        into coefficients: Coefficients
    ) -> Int {
        withUnsafeTemporaryAllocation(of: SIMD8<Int16>.self, capacity: 8) { buffer in
            guard let passed = buffer.baseAddress else { return 0 }
            let count = rows.pointee.count
            for run in 0..<count {
                let (first, second) = (rows.pointee.firsts[run], rows.pointee.seconds[run])
                passed[run] = transform.firstPass(
                    plane.levels(first: first, second: second, columns: columns))
            }
            return transform.secondPass(passed, starts: rows.pointee.starts, count: count, into: coefficients)
        }
    }

    /// Returns the quantized DC coefficient of a block.
    ///
    /// - Parameter dc: The DC coefficient, 8 times as large as that of the standard.
    @inline(__always)
    func quantize(dc: Int32) -> Int32 { quantizer.quantize(dc, at: 0) }

    /// Returns the complete code of a DC difference, -255...255: the Huffman code of its category, followed by
    /// additional bits (ITU-T T.81, F.1.2.1).
    @inline(__always)
    func code(dcDifference difference: Int32) -> HuffmanTable.Code { entropy.code(dcDifference: difference) }

    /// Quantizes the AC coefficients of a block and appends their codes and EOB (T.81, F.1.2.2).
    ///
    /// - Parameters:
    ///   - coefficients: The rows of coefficients of the block.
    ///   - rows: The number of rows that are read. The coefficients of all further rows are zero.
    ///   - cursor: The end of the bits to which the codes are appended.
    @inline(__always)
    func encodeAC(_ coefficients: Coefficients, rows: Int, to cursor: inout BitString.Cursor) {
        let nonzero = quantizer.nonzero(coefficients, rows: rows)
        let values = UnsafeRawPointer(coefficients)
        entropy.encodeAC(nonzero: nonzero, to: &cursor) { position in
            let place = quantizer.place(position) * MemoryLayout<Int16>.stride
            return quantizer.quantize(Int32(values.load(fromByteOffset: place, as: Int16.self)), at: position)
        }
    }
}
