// SPDX-License-Identifier: Apache-2.0

/// The Huffman coder of the quantized coefficients of a component (ITU-T T.81, F.1.2).
package struct EntropyCoder: BitwiseCopyable, Sendable {
    /// The complete code of each DC difference, -255...255 in this order: the Huffman code of its category SSSS,
    /// followed by SSSS additional bits.
    private let dc: Table<HuffmanTable.Code>
    /// The Huffman code of each symbol RRRRSSSS: 16 times the number of zeros before an AC coefficient, plus the
    /// category of the coefficient.
    private let ac: Table<HuffmanTable.Code>
    private let endOfBlock: HuffmanTable.Code
    private let zeroRun: HuffmanTable.Code

    /// The DC differences that occur. All DC coefficients are quantized with a step of 8 or more, to -128...127.
    private static let differences: ClosedRange<Int32> = -255...255

    package init(_ tables: HuffmanTable.Pair) {
        let dcCodes = tables.dc.codes
        let acCodes = tables.ac.codes
        dc = Table(Self.differences.map { Self.code($0) { dcCodes[$0] } })
        ac = Table(acCodes)
        endOfBlock = acCodes[HuffmanTable.endOfBlock]
        zeroRun = acCodes[HuffmanTable.zeroRun]
    }

    /// Returns the complete code of a DC difference, -255...255: the Huffman code of its category, followed by
    /// additional bits (T.81, F.1.2.1). It has at most 16 bits.
    @inline(__always)
    package func code(dcDifference difference: Int32) -> HuffmanTable.Code {
        dc[Int(difference &- Self.differences.lowerBound)]
    }

    /// Appends the codes of the AC coefficients of a block, followed by EOB unless coefficient 63 is not zero (T.81,
    /// F.1.2.2, figure F.2).
    ///
    /// - Parameters:
    ///   - nonzero: A word whose bit i is set if the coefficient at position i of the zigzag order is not zero. Bit 0,
    ///     for the DC coefficient, is ignored.
    ///   - cursor: The end of the bits to which the codes are appended.
    ///   - value: Returns the quantized coefficient at a position of the zigzag order.
    @inline(__always)
    package func encodeAC(
        nonzero: UInt64, to cursor: inout BitString.Cursor, value: (_ position: Int) -> Int32
    ) {
        var rest = nonzero & ~1
        var last = 0
        while rest != 0 {
            let position = rest.trailingZeroBitCount
            rest &= rest &- 1
            var run = position &- last &- 1
            last = position
            while run >= 16 {
                cursor.append(zeroRun)
                run &-= 16
            }
            cursor.append(Self.code(value(position)) { ac[run &<< 4 | $0] })
        }
        if last != 63 { cursor.append(endOfBlock) }
    }

    /// Returns the complete code of a coefficient or DC difference: the Huffman code of its category SSSS, followed by
    /// SSSS additional bits, which are the lowest of `value`, or of `value - 1` if `value` is negative (T.81, F.1.2.1.1
    /// and F.1.2.2.1, tables F.1 and F.2). The Huffman code has at most 16 bits, and SSSS is at most 10.
    ///
    /// - Parameter ofCategory: Returns the Huffman code of a category.
    @inline(__always)
    private static func code(_ value: Int32, ofCategory: (Int) -> HuffmanTable.Code) -> HuffmanTable.Code {
        let category = 32 &- value.magnitude.leadingZeroBitCount
        let code = ofCategory(category)
        let mask = UInt32(1) &<< UInt32(truncatingIfNeeded: category) &- 1
        let low = UInt32(bitPattern: value &+ (value &>> 31)) & mask
        return HuffmanTable.Code(
            bits: code.bits &<< UInt32(truncatingIfNeeded: category) | low,
            length: code.length &+ UInt32(truncatingIfNeeded: category))
    }
}
