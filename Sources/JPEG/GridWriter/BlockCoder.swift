// SPDX-License-Identifier: Apache-2.0

/// The transform, quantization and entropy coding of blocks, with the tables of luminance or of chrominance.
struct BlockCoder: BitwiseCopyable, Sendable {
    private let transform = ForwardDCT.shared
    private let quantizer: Quantizer
    private let entropy: EntropyCoder

    /// The 8 rows of a block's coefficients.
    typealias Coefficients = UnsafeMutablePointer<SIMD8<Int16>>

    /// An upper bound of the 64-bit words that the bits of a block fill: 64 codes of at most 26 bits are 26 words.
    static let longestBlock = 27

    /// The coder of luminance and that of chrominance.
    static let standard = [BlockCoder(table: 0), BlockCoder(table: 1)]

    private init(table: Int) {
        quantizer = Quantizer(QuantizationTable.standard[table])
        entropy = EntropyCoder(HuffmanTable.standard[table])
    }

    /// Transforms a block: one first pass for each distinct row, and the second pass over the steps between them.
    ///
    /// - Parameters:
    ///   - plane: The samples of the component's cells.
    ///   - rows: The cells along the left side.
    ///   - columns: The cells along the top side.
    ///   - coefficients: Receives the coefficients, 8 times too large.
    /// - Returns: The number of rows of coefficients that were written, 1 or 8; all others are zero.
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

    /// Returns the quantized DC coefficient.
    @inline(__always)
    func quantize(dc: Int32) -> Int32 { quantizer.quantize(dc, at: 0) }

    /// Returns the code of a DC difference, -255...255 (ITU-T T.81, F.1.2.1).
    @inline(__always)
    func code(dcDifference difference: Int32) -> HuffmanTable.Code { entropy.code(dcDifference: difference) }

    /// Quantizes the AC coefficients, all zero from row `rows` on, and appends their codes and EOB (T.81, F.1.2.2).
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
