// SPDX-License-Identifier: Apache-2.0

/// Upper bounds of the lengths of the codes of a block: the bits of its DC and AC coefficients and of EOB, and 8 bits
/// for each zero byte that may have to follow an 0xFF in them. WritingFromTheGrid.md, "The longest file", explains
/// them.
struct BlockBound {
    /// The length, in bits, of a block that shows one cell, and whose DC coefficient equals that of the block before.
    let level: Int
    /// The bound, in bits, for a block that shows one cell.
    let changed: Int
    /// The bound, in bits, for a block whose rows are all equal, or whose columns are.
    let line: Int
    /// The bound, in bits, for any block.
    let any: Int

    /// The bounds with the tables of luminance (index 0) and with the tables of chrominance (index 1).
    static let standard = [
        BlockBound(level: 6, changed: 26, line: 224, any: 698),
        BlockBound(level: 4, changed: 26, line: 187, any: 548),
    ]
}
