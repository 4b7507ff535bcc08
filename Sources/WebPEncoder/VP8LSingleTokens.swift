// SPDX-License-Identifier: Apache-2.0

/// Tokens of a single group of prefix codes, which are counted and written one by one.
protocol VP8LSingleTokens: VP8LTokens {
    /// Calls `body` for each token of the image in order.
    func forEach(_ body: (VP8LToken) -> Void)
}

extension VP8LSingleTokens {
    var groups: Int { 1 }
    var entropyImage: VP8LTileGroups? { nil }

    func count(in counts: inout VP8LCounts) { forEach { counts.count($0) } }

    func write(_ codes: VP8LCodeTable, to bits: inout VP8LBits) { forEach { codes.write($0, to: &bits) } }

    /// Calls `body` with copies of at most 4096 pixels, which have `length` pixels in all.
    func copy(_ length: Int, distanceCode: Int, _ body: (VP8LToken) -> Void) {
        var rest = length
        while rest > 0 {
            let part = min(rest, VP8LToken.longestCopy)
            body(VP8LToken(copying: part, distanceCode: distanceCode))
            rest -= part
        }
    }
}
