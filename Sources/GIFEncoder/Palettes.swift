// SPDX-License-Identifier: Apache-2.0

/// The palettes of an animation: one for all frames if their colours fit, or else one for each.
struct Palettes {
    /// The palette of the file, which frames without an own one use.
    let global: ColorTable
    /// True when pixels of a frame are transparent. Then all frames have a transparent index: for Pillow, the first
    /// frame decides.
    let hasTransparent: Bool
    /// True when the global palette has the colours of all frames.
    private let isShared: Bool
    private let planner: FramePlanner

    /// Chooses the global palette.
    ///
    /// - Parameters:
    ///   - pictures: The colour of each cell of each frame.
    init(_ pictures: [[UInt32]], _ planner: FramePlanner) {
        self.planner = planner
        let hasTransparent = pictures.contains { $0.contains(CellColors.transparent) }
        self.hasTransparent = hasTransparent
        var areas = ColorAreas()
        for picture in pictures {
            Self.add(picture, planner, limit: 256, to: &areas)
            // More colours than a palette has are not counted.
            if areas.colors.count > 256 { break }
        }
        isShared = areas.colors.count <= (hasTransparent ? 255 : 256)
        if !isShared {
            areas = ColorAreas(capacity: pictures[0].count)
            Self.add(pictures[0], planner, to: &areas)
        }
        // An animation leaves out unchanged pixels, if there is an index for that.
        let leavesOut = isShared && pictures.count > 1 && areas.colors.count < 256
        global = ColorTable(areas, hasTransparent: hasTransparent || leavesOut)
    }

    /// Adds the cells of a picture, or of its first rows if there are more colours in them than `limit`.
    ///
    /// - Returns: The position of the colour of each cell in `areas`; negative for transparent cells.
    @discardableResult
    private static func add(
        _ cells: [UInt32], _ planner: FramePlanner, limit: Int = .max, to areas: inout ColorAreas
    ) -> [Int32] {
        let widths = (0..<planner.size).map { planner.columns[$0].count }
        var positions = [Int32](repeating: -1, count: cells.count)
        for row in 0..<planner.size {
            let height = planner.rows[row].count
            guard height > 0 else { continue }
            guard areas.colors.count <= limit else { break }
            for column in widths.indices {
                let cell = row * planner.size + column
                positions[cell] = areas.add(cells[cell], height * widths[column])
            }
        }
        return positions
    }

    /// Returns the palette and the data of a frame.
    ///
    /// - Parameters:
    ///   - whole: The colour of each cell of the frame, unchanged ones too.
    func frame(
        _ plan: FramePlan, whole: [UInt32], isFirst: Bool, _ encoder: inout RunEncoder
    ) -> (table: ColorTable, data: FrameData) {
        if isFirst { return (global, data(plan, plan.cells, global, &encoder)) }
        // The whole colours can be fewer bytes than only those that change, if they need no quantization.
        // Both ways are tried where neither nearly all cells change nor few do.
        let triesSolid = plan.hasUnchanged && 4 * plan.unchanged <= 3 * plan.covered
        let solid = triesSolid ? solid(plan, whole, &encoder) : nil
        if let solid, 16 * plan.unchanged <= plan.covered { return solid }
        guard let masked = masked(plan, &encoder) else {
            return solid ?? (global, data(plan, whole, global, &encoder))
        }
        if let solid, bytes(solid) < bytes(masked) { return solid }
        return masked
    }

    /// Returns the frame of the pixels that change; nil if unchanged ones have no index.
    private func masked(
        _ plan: FramePlan, _ encoder: inout RunEncoder
    ) -> (table: ColorTable, data: FrameData)? {
        if isShared {
            return global.transparentIndex == nil ? nil : (global, data(plan, plan.cells, global, &encoder))
        }
        var areas = ColorAreas(capacity: plan.cells.count)
        let positions = Self.add(plan.cells, planner, to: &areas)
        let table = ColorTable(areas, hasTransparent: hasTransparent || plan.hasUnchanged)
        return (table, FrameData(plan, table, planner, &encoder) { table.index(at: positions[$0]) })
    }

    private func data(
        _ plan: FramePlan, _ cells: [UInt32], _ table: ColorTable, _ encoder: inout RunEncoder
    ) -> FrameData {
        FrameData(plan, table, planner, &encoder) { table.index(cells[$0]) }
    }

    /// Returns the frame with unchanged pixels; nil if they have too many colours.
    private func solid(
        _ plan: FramePlan, _ whole: [UInt32], _ encoder: inout RunEncoder
    ) -> (table: ColorTable, data: FrameData)? {
        if isShared { return (global, data(plan, whole, global, &encoder)) }
        var areas = ColorAreas()
        let widths = plan.widths(planner)
        for row in 0..<planner.size {
            let height = planner.rows[row].clamped(to: plan.rows).count
            guard height > 0 else { continue }
            for column in widths.indices {
                _ = areas.add(whole[row * planner.size + column], height * widths[column])
            }
            guard areas.colors.count <= (hasTransparent ? 255 : 256) else { return nil }
        }
        let table = ColorTable(areas, hasTransparent: hasTransparent)
        return (table, data(plan, whole, table, &encoder))
    }

    /// Returns the number of bytes of a frame's palette and data.
    private func bytes(_ frame: (table: ColorTable, data: FrameData)) -> Int {
        frame.data.fileBytes + (frame.table.isSame(global) ? 0 : 3 << frame.table.bits)
    }
}
