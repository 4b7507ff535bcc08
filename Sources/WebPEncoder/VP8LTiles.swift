// SPDX-License-Identifier: Apache-2.0

/// The tiles of an image of rectangles, each of which has a group of prefix codes (WebP Lossless Bitstream
/// Specification, section 6.2.2). VP8LTiled has the rules of the groups.
struct VP8LTiles {
    /// The groups of prefix codes. The raw values are their indices.
    enum Group: Int, CaseIterable {
        /// Zeros alone: a pixel takes no bits.
        case zeros = 0
        /// A column of tiles in which rectangles begin: their first pixels, and copies of the pixels above.
        case corners = 1
        /// A column of tiles in which copies of the pixel on the left skip the rest of the row of tiles.
        case skips = 2
        /// Copies of 3 pixels from above, which take no bits. They lead to a rectangle that begins within a tile.
        case threes = 3
        /// Copies of 5 pixels from above, which take one bit.
        case fives = 4
    }

    let cells: VP8LCells
    /// The binary logarithm of the side of a tile in pixels, 2...9.
    let bits: Int
    /// The group of each column of tiles, in rows of tiles in which rectangles begin. All other tiles are zeros.
    let groups: [Group]
    /// The group of each column of tiles in the first row of tiles, in which there is nothing above to copy.
    let topGroups: [Group]
    /// The tiles of `threes` and `fives` before the first pixel of each column of rectangles; empty if the zeros before
    /// it are copied within its own tile.
    let leads: [[Group]]
    /// The first pixel of each column of tiles of `skips`, in ascending order. The last of them is the last column of
    /// tiles.
    let skips: [Int]
    /// The first pixel of the next column of tiles that is no column of zeros, for each column of tiles; the width of
    /// the image if none follows.
    let nextUsed: [Int]

    /// The side of a tile in pixels.
    var side: Int { 1 << bits }
    /// Returns the first pixel, along an axis, of the tile that contains a pixel.
    func start(_ pixel: Int) -> Int { (pixel >> bits) << bits }
    /// The number of tiles in a row.
    var across: Int { groups.count }
    /// The number of rows of tiles.
    var down: Int { (cells.height + side - 1) >> bits }

    /// Creates the tiles of an image; nil if its rectangles are too small for tiles of this side.
    init?(_ cells: VP8LCells, bits: Int) {
        let side = 1 << bits
        let across = (cells.width + side - 1) >> bits
        guard Self.areApart(cells.columns, side), Self.areApart(cells.rows, side) else { return nil }
        var groups = [Group](repeating: .zeros, count: across)
        for column in cells.columns { groups[column >> bits] = .corners }
        let leads = bits == 2 ? Self.leads(cells.columns) : cells.columns.map { _ in [] }
        let topGroups = groups
        for (column, lead) in zip(cells.columns, leads) {
            for (place, group) in lead.enumerated() { groups[column >> bits - lead.count + place] = group }
        }
        // The first pixel of a tile of skips copies the pixel on its left, which must be zero.
        let boundaries = Set(cells.columns)
        func maySkip(_ tile: Int) -> Bool {
            tile > 0 && groups[tile] == .zeros && !boundaries.contains(tile << bits - 1)
        }
        guard maySkip(across - 1) else { return nil }
        // Each skip ends at another tile of skips, so that these are at most the longest copy apart, the first of a row
        // from the last of the row before, too.
        let last = (across - 1) << bits
        var skips: [Int] = []
        var reached = last - cells.width
        while last - reached > VP8LToken.longestCopy {
            let farthest = (reached + VP8LToken.longestCopy) >> bits
            let tiles = stride(from: farthest, to: max(reached, 0) >> bits, by: -1)
            guard let tile = tiles.first(where: maySkip) else { return nil }
            reached = tile << bits
            skips.append(reached)
        }
        skips.append(last)
        self.topGroups = Self.with(skips, bits, topGroups)
        groups = Self.with(skips, bits, groups)
        var nextUsed = [Int](repeating: cells.width, count: across)
        for tile in stride(from: across - 2, through: 0, by: -1) {
            nextUsed[tile] = groups[tile + 1] == .zeros ? nextUsed[tile + 1] : (tile + 1) << bits
        }
        self.cells = cells
        self.bits = bits
        self.groups = groups
        self.skips = skips
        self.leads = leads
        self.nextUsed = nextUsed
    }

    /// Returns the groups with `skips` in the columns of tiles that begin at certain pixels.
    private static func with(_ skips: [Int], _ bits: Int, _ groups: [Group]) -> [Group] {
        var groups = groups
        for skip in skips { groups[skip >> bits] = .skips }
        return groups
    }

    /// Returns the tiles that lead to each column of rectangles, for tiles of 4 pixels. Copies of 3 pixels that begin
    /// at a tile's first pixel end at pixel 2 of the next tile, and at pixel 1 of the one after it. A copy of 5 pixels
    /// that begins at pixel 2 ends at pixel 3 of the next tile.
    private static func leads(_ columns: [Int]) -> [[Group]] {
        columns.indices.map { index in
            let lead: [Group] =
                switch columns[index] % 4 {
                case 1: [.threes, .threes]
                case 2: [.threes]
                case 3: [.threes, .fives]
                default: []
                }
            let free = index > 0 ? columns[index] / 4 - columns[index - 1] / 4 - 1 : 0
            return lead.count <= free ? lead : []
        }
    }

    /// The number of groups: the largest index that occurs, plus 1.
    var groupCount: Int {
        let groups = cells.rows.count > 1 ? groups : topGroups
        return (groups.map(\.rawValue).max() ?? 0) + 1
    }

    /// True when any two of `starts` are more than `side` apart, so that they are in different tiles.
    private static func areApart(_ starts: [Int], _ side: Int) -> Bool {
        zip(starts, starts.dropFirst()).allSatisfy { $1 - $0 > side }
    }
}
