// SPDX-License-Identifier: Apache-2.0

/// The entropy-coded data of one image: the main image, or an image that a transform or the groups of codes need.
struct VP8LImage {
    /// The tokens; nil for an image of one colour, whose pixels have no bits.
    private let tokens: (any VP8LTokens)?
    private let groups: [VP8LGroup]
    /// The entropy image, of which the bits are part of this image; empty for a single group.
    private let entropyImage: [VP8LImage]
    /// The binary logarithm of the side of a tile of the entropy image.
    private let tileBits: Int
    /// True for the main image of the picture, which alone may have several groups.
    private let isMain: Bool
    /// The length of the data in bits.
    let bits: Int

    /// Counts the symbols of the tokens and makes the codes.
    init(_ tokens: some VP8LTokens, isMain: Bool) {
        self.tokens = tokens
        self.isMain = isMain
        var counts = VP8LCounts()
        tokens.count(in: &counts)
        groups = (0..<tokens.groups).map { VP8LGroup(counts, group: $0) }
        let tiles = tokens.entropyImage
        entropyImage = tiles.map { [VP8LImage($0, isMain: false)] } ?? []
        tileBits = tiles?.tileBits ?? 0
        let entropyBits = entropyImage.reduce(0) { $0 + $1.bits + 3 }
        bits = groups.reduce(1 + (isMain ? 1 : 0) + entropyBits) { $0 + $1.bits }
    }

    /// Creates an image of one colour, which is not the main image.
    init(pixel: UInt32) {
        let group = VP8LGroup(pixel: pixel)
        (tokens, groups, entropyImage, tileBits, isMain) = (nil, [group], [], 0, false)
        bits = 1 + group.bits
    }

    /// Appends the data to `bits`.
    func write(to bits: inout VP8LBits) {
        // No colour cache.
        bits.append(0, count: 1)
        if isMain { bits.append(entropyImage.count, count: 1) }
        if let entropyImage = entropyImage.first {
            bits.append(tileBits - 2, count: 3)
            entropyImage.write(to: &bits)
        }
        for group in groups { group.writeDescriptions(to: &bits) }
        tokens?.write(VP8LCodeTable(groups), to: &bits)
    }
}
