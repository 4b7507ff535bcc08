// SPDX-License-Identifier: Apache-2.0

/// The tokens of the entropy image: a pixel for each tile, whose red and green samples are the index of its group.
struct VP8LTileGroups: VP8LSingleTokens {
    private let tiles: VP8LTiles
    /// The rows of tiles in which rectangles begin, in ascending order from 0.
    private let used: [Int]

    init(_ tiles: VP8LTiles) {
        self.tiles = tiles
        used = tiles.cells.rows.map { $0 >> tiles.bits }
    }

    /// The binary logarithm of the side of a tile in pixels, 2...9.
    var tileBits: Int { tiles.bits }

    func forEach(_ body: (VP8LToken) -> Void) {
        let across = tiles.across
        for (index, row) in used.enumerated() {
            let rows = (index + 1 < used.count ? used[index + 1] : tiles.down) - row
            let before = index > 0 ? row - used[index - 1] : 0
            let distance = before * across
            var copied = 1
            // The first row has groups of its own.
            if index <= 1 || distance > VP8LToken.longestDistance {
                writeRow(index == 0 ? tiles.topGroups : tiles.groups, body)
            } else {
                // The row, and the zeros below it as far as they are below the row before, too.
                copied = min(rows, before)
                let code = before == 1 ? VP8LToken.above : distance + 120
                copy(copied * across, distanceCode: code, body)
            }
            var rest = (rows - copied) * across
            guard rest > 0 else { continue }
            if copied == 1 {
                body(Self.pixel(.zeros))
                rest -= 1
            }
            copy(rest, distanceCode: VP8LToken.left, body)
        }
    }

    /// Writes the groups of a row of tiles in which rectangles begin.
    private func writeRow(_ groups: [VP8LTiles.Group], _ body: (VP8LToken) -> Void) {
        var tile = 0
        while tile < groups.count {
            let (start, group) = (tile, groups[tile])
            while tile < groups.count, groups[tile] == group { tile += 1 }
            body(Self.pixel(group))
            copy(tile - start - 1, distanceCode: VP8LToken.left, body)
        }
    }

    private static func pixel(_ group: VP8LTiles.Group) -> VP8LToken {
        VP8LToken(pixel: UInt32(group.rawValue) << 8)
    }
}
