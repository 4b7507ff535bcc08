// SPDX-License-Identifier: Apache-2.0

/// A way to code the pixels of one image.
protocol VP8LTokens {
    /// The number of groups of prefix codes.
    var groups: Int { get }
    /// The tokens of the entropy image, which states the group of each tile; nil for a single group.
    var entropyImage: VP8LTileGroups? { get }

    /// Counts the symbols of all tokens. The tokens are not kept, because there are two passes: this one, and `write`.
    func count(in counts: inout VP8LCounts)

    /// Appends the codes of all tokens to `bits`.
    func write(_ codes: VP8LCodeTable, to bits: inout VP8LBits)
}
