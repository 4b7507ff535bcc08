// SPDX-License-Identifier: Apache-2.0

/// Codes quantized blocks of one component with its Huffman tables (ITU-T T.81, F.1.2).
struct EntropyCoder {
    private let dc: [HuffmanCode]
    private let ac: [HuffmanCode]
    private let endOfBlock: HuffmanCode
    private let sixteenZeros: HuffmanCode
    /// The DC coefficient of the block coded last.
    var prediction: Int32 = 0

    init(_ tables: HuffmanTables) {
        dc = tables.dcCodes
        ac = tables.acCodes
        endOfBlock = ac[HuffmanTables.endOfBlock]
        sixteenZeros = ac[HuffmanTables.sixteenZeros]
    }

    /// A block that has no AC coefficients.
    @inline(__always)
    mutating func encode(constant value: Int32, into bits: inout BitString) {
        encode(dc: value, into: &bits)
        bits.append(UInt64(endOfBlock.bits), count: Int(endOfBlock.length))
    }

    /// The block that libjpeg puts beyond the edge of the picture (`compress_data` in jccoefct.c): the DC of the block
    /// before it, no AC.
    mutating func encodeDummy(into bits: inout BitString) { encode(constant: prediction, into: &bits) }

    /// A block whose coefficients are zero except where `nonzero` has a bit; both in zigzag order, lowest bit first.
    mutating func encode(_ values: UnsafePointer<Int32>, nonzero: UInt64, into bits: inout BitString) {
        encode(dc: nonzero & 1 == 0 ? 0 : values[0], into: &bits)
        var rest = nonzero & ~1
        var last = 0
        while rest != 0 {
            let position = rest.trailingZeroBitCount
            rest &= rest &- 1
            var run = position &- last &- 1
            last = position
            while run >= 16 {
                bits.append(UInt64(sixteenZeros.bits), count: Int(sixteenZeros.length))
                run &-= 16
            }
            append(values[position], run: run, codes: ac, into: &bits)
        }
        if last != 63 { bits.append(UInt64(endOfBlock.bits), count: Int(endOfBlock.length)) }
    }

    @inline(__always)
    private mutating func encode(dc value: Int32, into bits: inout BitString) {
        append(value &- prediction, run: 0, codes: dc, into: &bits)
        prediction = value
    }

    /// The code of run and size, then the value: its lowest bits, or those of the value minus one if it is negative.
    @inline(__always)
    private func append(_ value: Int32, run: Int, codes: [HuffmanCode], into bits: inout BitString) {
        let size = 32 &- value.magnitude.leadingZeroBitCount
        let code = codes[run &<< 4 | size]
        let mask = UInt32(1) &<< UInt32(truncatingIfNeeded: size) &- 1
        let low = UInt32(bitPattern: value &+ (value &>> 31)) & mask
        bits.append(
            UInt64(code.bits) &<< UInt64(truncatingIfNeeded: size) | UInt64(low),
            count: Int(code.length) &+ size)
    }
}
