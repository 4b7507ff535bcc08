// SPDX-License-Identifier: Apache-2.0

/// The tokens of an image in which only the first pixel of each rectangle may differ from 0, with several groups of
/// prefix codes. The codes of most tiles have the symbols of a zero pixel alone, so that such pixels take no bits.
/// WritingFromTheGrid.md explains the rules.
struct VP8LTiled: VP8LTokens {
    private let tiles: VP8LTiles
    private let cells: VP8LCells

    init(_ tiles: VP8LTiles) {
        self.tiles = tiles
        cells = tiles.cells
    }

    var groups: Int { tiles.groupCount }
    var entropyImage: VP8LTileGroups? { VP8LTileGroups(tiles) }

    func forEach(_ body: (VP8LToken) -> Void) {
        let side = tiles.side
        // The place of the next pixel without a token. A skip may end below the row of tiles, among zeros.
        var at = 0
        for (row, y) in cells.rows.enumerated() {
            let first = tiles.start(y)
            at = max(at, first * cells.width)
            skipRowsAbove(y, &at, body)
            writeCorners(row, body)
            let end = min(first + side, cells.height)
            let next = row + 1 < cells.rows.count ? tiles.start(cells.rows[row + 1]) : cells.height
            at = y * cells.width
            skipRowsBelow(y, end: end * cells.width, next: next * cells.width, &at, body)
        }
    }

    private func copy(
        _ length: Int, _ distanceCode: Int, _ group: VP8LTiles.Group, _ body: (VP8LToken) -> Void
    ) {
        body(
            VP8LToken(content: .copy(length: length, distanceCode: distanceCode), group: group.rawValue))
    }

    /// Writes the zeros from `at` to the beginning of row `y`, all of which are in the same row of tiles as row `y`.
    private func skipRowsAbove(_ y: Int, _ at: inout Int, _ body: (VP8LToken) -> Void) {
        let width = cells.width
        let end = y * width
        while at < end {
            let x = at % width
            let tile = x >> tiles.bits
            let length = min(VP8LToken.longestCopy, end - at)
            switch tiles.groups[tile] {
            case .zeros: at += tiles.nextUsed[tile] - x
            case .corners:
                copy(length, VP8LToken.above, .corners, body)
                at += length
            case .skips:
                copy(length, VP8LToken.left, .skips, body)
                at += length
            case .threes, .fives: at += lead(tiles.groups[tile], body)
            }
        }
    }

    /// Writes a copy of the group `threes` or `fives` and returns its length.
    private func lead(_ group: VP8LTiles.Group, _ body: (VP8LToken) -> Void) -> Int {
        let length = group == .threes ? 3 : 5
        copy(length, VP8LToken.above, group, body)
        return length
    }

    /// Writes the first row of pixels of a row of rectangles, up to the last column of tiles.
    private func writeCorners(_ row: Int, _ body: (VP8LToken) -> Void) {
        let side = tiles.side
        let isTop = row == 0
        /// Writes zeros in a tile of corners. There is nothing above the first row that could be copied.
        func zeros(_ count: Int) {
            guard count > 0 else { return }
            guard isTop else { return copy(count, VP8LToken.above, .corners, body) }
            for _ in 0..<count {
                body(VP8LToken(content: .pixel(0), group: VP8LTiles.Group.corners.rawValue))
            }
        }
        var skip = 0
        for (column, x) in cells.columns.enumerated() {
            let tile = x >> tiles.bits
            let start = tile << tiles.bits
            // A tile of skips that the corners pass.
            while tiles.skips[skip] < start {
                copy(side, VP8LToken.left, .skips, body)
                skip += 1
            }
            let value = cells.values[row * cells.columns.count + column]
            // Zeros behind the tile take no bits, so that a copy may end there: equal lengths take fewer bits.
            func beyond(_ from: Int) -> Int {
                isTop || tiles.nextUsed[tile] - from < side ? start + side - from : side
            }
            var from = start
            if !isTop, let first = tiles.leads[column].first {
                // From the first tile that leads here; a copy may pass from one such tile to the next.
                from -= tiles.leads[column].count * side
                var group = first
                while from < start {
                    from += lead(group, body)
                    group = tiles.groups[from >> tiles.bits]
                }
            }
            if value == 0 {
                zeros(beyond(from))
            } else {
                zeros(x - from)
                body(VP8LToken(content: .pixel(value), group: VP8LTiles.Group.corners.rawValue))
                if x + 1 < start + side { zeros(beyond(x + 1)) }
            }
        }
        while skip + 1 < tiles.skips.count {
            copy(side, VP8LToken.left, .skips, body)
            skip += 1
        }
    }

    /// Writes the zeros from the last column of tiles of row `y` to `end` or beyond, but not beyond `next`.
    ///
    /// - Parameters:
    ///   - y: The row of pixels in which rectangles begin.
    ///   - end: The place after the row of tiles.
    ///   - next: The place of the next row of tiles in which rectangles begin, or of the end of the image.
    ///   - at: The place of the next pixel without a token, afterwards.
    private func skipRowsBelow(
        _ y: Int, end: Int, next: Int, _ at: inout Int, _ body: (VP8LToken) -> Void
    ) {
        let width = cells.width
        at = y * width + (tiles.skips.last ?? 0)
        while at < end {
            var length = min(VP8LToken.longestCopy, next - at)
            if at + length < end {
                // The farthest tile of skips that the copy can reach.
                let reach = at + length
                let (line, x) = (reach / width, reach % width)
                let skip = tiles.skips.last { $0 <= x }
                let place = skip.map { line * width + $0 } ?? (line - 1) * width + (tiles.skips.last ?? 0)
                length = place - at
            }
            copy(length, VP8LToken.left, .skips, body)
            at += length
        }
    }
}
