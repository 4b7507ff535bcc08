// SPDX-License-Identifier: Apache-2.0

/// The tokens of an image in which only the first pixel of each rectangle may differ from 0, with several groups of
/// prefix codes. The codes of most tiles have the symbols of a zero pixel alone, so that such pixels take no bits.
/// WritingFromTheGrid.md explains the rules.
struct VP8LTiled: VP8LTokens {
    /// The tokens of a column of rectangles in the first row of pixels of a row of rectangles, as ranges of `tokens`:
    /// those before the first pixel of a rectangle, those behind it, and those that stand for it as well if it is 0.
    private struct Column {
        var before, after, zeros: Range<Int>
    }

    private let tiles: VP8LTiles
    private let cells: VP8LCells
    private var tokens: [VP8LToken] = []
    /// The columns in the first row of rectangles, and in the others.
    private var topColumns: [Column] = []
    private var columns: [Column] = []

    init(_ tiles: VP8LTiles) {
        self.tiles = tiles
        cells = tiles.cells
        topColumns = makeColumns(isTop: true)
        // The groups of leads do not exist in an image of one row of rectangles.
        if cells.rows.count > 1 { columns = makeColumns(isTop: false) }
    }

    var groups: Int { tiles.groupCount }
    var entropyImage: VP8LTileGroups? { VP8LTileGroups(tiles) }

    func count(in counts: inout VP8LCounts) {
        forEachRow {
            counts.count($0)
        } corners: { _ in
        }
        count(rows: 0..<1, topColumns, in: &counts)
        count(rows: 1..<cells.rows.count, columns, in: &counts)
    }

    /// Counts the tokens of the first rows of pixels of some rows of rectangles. Those of a column are counted at once.
    private func count(rows: Range<Int>, _ columns: [Column], in counts: inout VP8LCounts) {
        var pixels = [Int](repeating: 0, count: columns.count)
        for row in rows {
            for column in columns.indices {
                let value = cells.values[row * columns.count + column]
                guard value != 0 else { continue }
                pixels[column] += 1
                counts.count(Self.pixel(value))
            }
        }
        for (column, pixels) in zip(columns, pixels) {
            for token in column.zeros { counts.count(tokens[token], times: rows.count - pixels) }
            for token in column.before { counts.count(tokens[token], times: pixels) }
            for token in column.after { counts.count(tokens[token], times: pixels) }
        }
    }

    func write(_ codes: VP8LCodeTable, to bits: inout VP8LBits) {
        var parts: [VP8LCode] = []
        let top = topColumns.map { join($0, codes, &parts) }
        let others = columns.map { join($0, codes, &parts) }
        forEachRow {
            codes.write($0, to: &bits)
        } corners: { row in
            let columns = row == 0 ? top : others
            for index in columns.indices {
                let column = columns[index]
                let value = cells.values[row * columns.count + index]
                for part in value == 0 ? column.zeros : column.before {
                    bits.append(parts[part].bits, count: parts[part].count)
                }
                guard value != 0 else { continue }
                codes.write(Self.pixel(value), to: &bits)
                for part in column.after { bits.append(parts[part].bits, count: parts[part].count) }
            }
        }
    }

    /// Adds the codes of the tokens of a column to `parts`, and returns their ranges. Short codes are joined.
    private func join(_ column: Column, _ codes: VP8LCodeTable, _ parts: inout [VP8LCode]) -> Column {
        func join(_ range: Range<Int>) -> Range<Int> {
            let first = parts.count
            for token in range {
                let (one, other) = codes.codes(of: tokens[token])
                for code in [one, other] where code.count > 0 {
                    let last = parts.count - 1
                    if last >= first, parts[last].count + code.count <= 32 {
                        parts[last].bits |= code.bits << parts[last].count
                        parts[last].count += code.count
                    } else {
                        parts.append(code)
                    }
                }
            }
            return first..<parts.count
        }
        return Column(before: join(column.before), after: join(column.after), zeros: join(column.zeros))
    }

    /// Calls `corners` for the first row of pixels of each row of rectangles, up to the last column of rectangles, and
    /// `body` for all other tokens, in order.
    private func forEachRow(_ body: (VP8LToken) -> Void, corners: (_ row: Int) -> Void) {
        let side = tiles.side
        // The place of the next pixel without a token. A skip may end below the row of tiles, among zeros.
        var at = 0
        for (row, y) in cells.rows.enumerated() {
            let first = tiles.start(y)
            at = max(at, first * cells.width)
            skipRowsAbove(y, &at, body)
            corners(row)
            // The tiles of skips behind the last column of rectangles, except the last one.
            let last = cells.columns.last ?? 0
            for skip in tiles.skips.dropLast() where skip > last {
                body(Self.copy(side, VP8LToken.left, .skips))
            }
            let end = min(first + side, cells.height)
            let next = row + 1 < cells.rows.count ? tiles.start(cells.rows[row + 1]) : cells.height
            skipRowsBelow(y, end: end * cells.width, next: next * cells.width, &at, body)
        }
    }

    private static func copy(_ length: Int, _ distanceCode: Int, _ group: VP8LTiles.Group) -> VP8LToken {
        VP8LToken(copying: length, distanceCode: distanceCode, group: group.rawValue)
    }

    private static func pixel(_ value: UInt32) -> VP8LToken {
        VP8LToken(pixel: value, group: VP8LTiles.Group.corners.rawValue)
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
                body(Self.copy(length, VP8LToken.above, .corners))
                at += length
            case .skips:
                body(Self.copy(length, VP8LToken.left, .skips))
                at += length
            case .threes, .fives:
                let length = Self.leadLength(tiles.groups[tile])
                body(Self.copy(length, VP8LToken.above, tiles.groups[tile]))
                at += length
            }
        }
    }

    /// Returns the length of the copies of the group `threes` or `fives`.
    private static func leadLength(_ group: VP8LTiles.Group) -> Int { group == .threes ? 3 : 5 }

    /// Adds the tokens of all columns in the first row of rectangles, or in the others.
    private mutating func makeColumns(isTop: Bool) -> [Column] {
        let side = tiles.side
        /// Adds zeros in a tile of corners. There is nothing above the first row that could be copied.
        func add(zeros count: Int) {
            guard count > 0 else { return }
            guard isTop else { return tokens.append(Self.copy(count, VP8LToken.above, .corners)) }
            for _ in 0..<count { tokens.append(Self.pixel(0)) }
        }
        var skip = 0
        return cells.columns.indices.map { column in
            let x = cells.columns[column]
            let tile = x >> tiles.bits
            let start = tile << tiles.bits
            // Zeros behind the tile take no bits, so that a copy may end there: equal lengths take fewer bits.
            func beyond(_ from: Int) -> Int {
                isTop || tiles.nextUsed[tile] - from < side ? start + side - from : side
            }
            let first = tokens.count
            // A tile of skips that the corners pass.
            while tiles.skips[skip] < start {
                tokens.append(Self.copy(side, VP8LToken.left, .skips))
                skip += 1
            }
            var from = start
            if !isTop, let lead = tiles.leads[column].first {
                // From the first tile that leads here; a copy may pass from one such tile to the next.
                from -= tiles.leads[column].count * side
                var group = lead
                while from < start {
                    tokens.append(Self.copy(Self.leadLength(group), VP8LToken.above, group))
                    from += Self.leadLength(group)
                    group = tiles.groups[from >> tiles.bits]
                }
            }
            let passed = first..<tokens.count
            add(zeros: beyond(from))
            let zeros = first..<tokens.count
            for token in passed { tokens.append(tokens[token]) }
            add(zeros: x - from)
            let before = zeros.upperBound..<tokens.count
            if x + 1 < start + side { add(zeros: beyond(x + 1)) }
            return Column(before: before, after: before.upperBound..<tokens.count, zeros: zeros)
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
            body(Self.copy(length, VP8LToken.left, .skips))
            at += length
        }
    }
}
