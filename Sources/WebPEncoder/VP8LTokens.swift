// SPDX-License-Identifier: Apache-2.0

/// A way to code the pixels of one image.
protocol VP8LTokens {
    /// The number of groups of prefix codes.
    var groups: Int { get }
    /// The tokens of the entropy image, which states the group of each tile; nil for a single group.
    var entropyImage: VP8LTileGroups? { get }

    /// Calls `body` for each token of the image in order. The tokens are not kept, because there are two passes: one
    /// counts symbols, one writes.
    func forEach(_ body: (VP8LToken) -> Void)
}

extension VP8LTokens {
    var groups: Int { 1 }
    var entropyImage: VP8LTileGroups? { nil }

    /// Calls `body` with copies of at most 4096 pixels, which have `length` pixels in all.
    func copy(_ length: Int, distanceCode: Int, group: Int = 0, _ body: (VP8LToken) -> Void) {
        var rest = length
        while rest > 0 {
            let part = min(rest, VP8LToken.longestCopy)
            body(VP8LToken(content: .copy(length: part, distanceCode: distanceCode), group: group))
            rest -= part
        }
    }
}
