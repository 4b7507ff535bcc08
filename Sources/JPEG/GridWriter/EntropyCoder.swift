// SPDX-License-Identifier: Apache-2.0

/// Codes quantized coefficients with the Huffman tables of a component (ITU-T T.81, F.1.2).
package struct EntropyCoder: BitwiseCopyable, Sendable {
    /// The code of a DC difference with the difference behind it, from -255 to 255.
    private let dc: Table<HuffmanCode>
    /// By run << 4 | size.
    private let ac: Table<HuffmanCode>
    private let endOfBlock: HuffmanCode
    private let sixteenZeros: HuffmanCode

    private static let differences: ClosedRange<Int32> = -255...255

    package init(_ tables: HuffmanTables) {
        let dcCodes = tables.dc.codes
        let acCodes = tables.ac.codes
        dc = Table(Self.differences.map { Self.code($0) { dcCodes[$0] } })
        ac = Table(acCodes)
        endOfBlock = acCodes[HuffmanTables.endOfBlock]
        sixteenZeros = acCodes[HuffmanTables.sixteenZeros]
    }

    /// The difference of a block's DC coefficient to that of the block before, -255...255.
    @inline(__always)
    package func code(dcDifference difference: Int32) -> HuffmanCode {
        dc[Int(difference &- Self.differences.lowerBound)]
    }

    /// The AC coefficients, of which only those are not zero for which `nonzero` has a bit, and the end of the block.
    /// Bits and positions are in zigzag order, the lowest bit is that of DC and means nothing.
    @inline(__always)
    package func encodeAC(nonzero: UInt64, to cursor: inout BitCursor, value: (_ position: Int) -> Int32) {
        var rest = nonzero & ~1
        var last = 0
        while rest != 0 {
            let position = rest.trailingZeroBitCount
            rest &= rest &- 1
            var run = position &- last &- 1
            last = position
            while run >= 16 {
                cursor.append(sixteenZeros)
                run &-= 16
            }
            cursor.append(Self.code(value(position)) { ac[run &<< 4 | $0] })
        }
        if last != 63 { cursor.append(endOfBlock) }
    }

    /// The code for the size of `value`, then the value: its lowest bits, or those of the value minus one if it is
    /// negative. At most 16 bits and 10.
    @inline(__always)
    private static func code(_ value: Int32, ofSize: (Int) -> HuffmanCode) -> HuffmanCode {
        let size = 32 &- value.magnitude.leadingZeroBitCount
        let code = ofSize(size)
        let mask = UInt32(1) &<< UInt32(truncatingIfNeeded: size) &- 1
        let low = UInt32(bitPattern: value &+ (value &>> 31)) & mask
        return HuffmanCode(
            bits: code.bits &<< UInt32(truncatingIfNeeded: size) | low,
            length: code.length &+ UInt32(truncatingIfNeeded: size))
    }
}
