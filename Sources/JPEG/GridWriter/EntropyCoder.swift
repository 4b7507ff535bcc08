// SPDX-License-Identifier: Apache-2.0

/// The Huffman coder of quantized coefficients (ITU-T T.81, F.1.2).
package struct EntropyCoder: BitwiseCopyable, Sendable {
    /// The code of each DC difference, -255...255, followed by the difference itself.
    private let dc: Table<HuffmanTable.Code>
    /// The code of each symbol RRRRSSSS: 16 * (run of zeros before the coefficient) + category.
    private let ac: Table<HuffmanTable.Code>
    private let endOfBlock: HuffmanTable.Code
    private let zeroRun: HuffmanTable.Code

    private static let differences: ClosedRange<Int32> = -255...255

    package init(_ tables: HuffmanTable.Pair) {
        let dcCodes = tables.dc.codes
        let acCodes = tables.ac.codes
        dc = Table(Self.differences.map { Self.code($0) { dcCodes[$0] } })
        ac = Table(acCodes)
        endOfBlock = acCodes[HuffmanTable.endOfBlock]
        zeroRun = acCodes[HuffmanTable.zeroRun]
    }

    /// Returns the code of a DC difference, -255...255, followed by the difference itself (T.81, F.1.2.1).
    @inline(__always)
    package func code(dcDifference difference: Int32) -> HuffmanTable.Code {
        dc[Int(difference &- Self.differences.lowerBound)]
    }

    /// Appends the codes of the AC coefficients and EOB, which is left out after coefficient 63 (T.81, F.1.2.2, figure
    /// F.2).
    ///
    /// - Parameters:
    ///   - nonzero: A bit for each coefficient that is not zero, in zigzag order; the lowest is that of DC and ignored.
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

    /// Returns the code of the category SSSS of `value`, followed by SSSS bits: the lowest of `value`,
    /// or of `value - 1` if it is negative (T.81, F.1.2.1.1 and F.1.2.2.1, tables F.1 and F.2). At most 16 bits and 10.
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
