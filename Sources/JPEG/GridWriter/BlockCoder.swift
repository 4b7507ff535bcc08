// SPDX-License-Identifier: Apache-2.0

/// Transforms, quantizes and codes blocks with the tables of luminance or of chrominance.
struct BlockCoder: BitwiseCopyable, Sendable {
    private let transform = ForwardDCT.shared
    private let quantizer: Quantizer
    private let entropy: EntropyCoder

    /// The coefficients of a block, by row.
    typealias Coefficients = UnsafeMutablePointer<SIMD8<Int16>>

    /// More words than the bits of any block fill: 64 codes of at most 26 bits.
    static let longestBlock = 27

    /// Luminance and chrominance.
    static let standard = [BlockCoder(table: 0), BlockCoder(table: 1)]

    private init(table: Int) {
        quantizer = Quantizer(QuantizationTable.standard[table])
        entropy = EntropyCoder(HuffmanTables.standard[table])
    }

    /// The coefficients, 8 times too large: one first pass for each distinct row, and the second over the steps between
    /// them. Returns how many rows of them may be other than zero.
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

    /// The quantized DC coefficient.
    @inline(__always)
    func quantize(dc: Int32) -> Int32 { quantizer.quantize(dc, at: 0) }

    /// `difference` is that of the quantized DC coefficient to the one before, -255...255.
    @inline(__always)
    func code(dcDifference difference: Int32) -> HuffmanCode { entropy.code(dcDifference: difference) }

    /// Appends the AC coefficients, all zero below the first `rows` rows, and the end of the block.
    @inline(__always)
    func encodeAC(_ coefficients: Coefficients, rows: Int, to cursor: inout BitCursor) {
        let nonzero = quantizer.nonzero(coefficients, rows: rows)
        let values = UnsafeRawPointer(coefficients)
        entropy.encodeAC(nonzero: nonzero, to: &cursor) { position in
            let place = quantizer.place(position) * MemoryLayout<Int16>.stride
            return quantizer.quantize(Int32(values.load(fromByteOffset: place, as: Int16.self)), at: position)
        }
    }
}
