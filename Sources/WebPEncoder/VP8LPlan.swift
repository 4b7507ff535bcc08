// SPDX-License-Identifier: Apache-2.0

/// One of several ways to write an image of rectangles as a VP8L bitstream: its transforms and the coded pixels.
struct VP8LPlan {
    /// The binary logarithm of the side of a tile of a transform, the largest one. All tiles are equal.
    private static let tileBits = 9
    /// The least mean side of large rectangles in pixels.
    private static let leastSide = 8
    /// The numbers of the types of transforms.
    private enum Transform: Int {
        case prediction = 0
        case color = 1
        case indexing = 3
    }

    private let cells: VP8LCells
    private let palette: VP8LPalette?
    private let prediction: VP8LPrediction?
    private let color: VP8LColorTransform?
    private let image: VP8LImage
    /// The length of the bitstream in bits.
    let bits: Int

    private init(
        _ cells: VP8LCells, palette: VP8LPalette?, prediction: VP8LPrediction?, color: VP8LColorTransform?,
        tokens: some VP8LTokens
    ) {
        self.cells = cells
        self.palette = palette
        self.prediction = prediction
        self.color = color
        image = VP8LImage(tokens, isMain: true)
        // 1 bit and 2 bits before each transform, and what Self.write writes.
        var bits = 41 + image.bits
        if let palette { bits += 11 + VP8LImage(palette.tokens, isMain: false).bits }
        // One pixel without bits stands for the tiles of a transform, which all have the same one.
        if let prediction { bits += 6 + VP8LImage(pixel: prediction.pixel).bits }
        if let color { bits += 6 + VP8LImage(pixel: color.pixel).bits }
        self.bits = bits
    }

    /// The differences of an image from a prediction, after the colour transform.
    private struct Difference {
        let prediction: VP8LPrediction
        let color: VP8LColorTransform?
        let cells: VP8LCells

        init(_ image: VP8LCells, _ prediction: VP8LPrediction, isIndexed: Bool = false) {
            let residuals = prediction.residuals(of: image)
            let best = isIndexed ? VP8LColorTransform() : VP8LColorTransform(for: residuals)
            self.prediction = prediction
            color = best == VP8LColorTransform() ? nil : best
            cells = image.with(color == nil ? residuals : residuals.map(best.apply))
        }
    }

    /// Returns the shortest of the plans for an image, or the one that is the shortest of all for images of large
    /// rectangles of many colours.
    static func best(for cells: VP8LCells) -> VP8LPlan { large(cells) ?? shortest(for: cells) }

    /// Returns the plan for an image of large rectangles, of which most differ from their prediction; nil for any other
    /// image, and if the plan may be longer than that of `VP8LRuns`.
    private static func large(_ cells: VP8LCells) -> VP8LPlan? {
        guard cells.width >= leastSide * cells.columns.count, cells.height >= leastSide * cells.rows.count,
            !cells.hasAlpha, VP8LTiles(cells, bits: 2) != nil
        else { return nil }
        if let colours = VP8LPalette.distinct(cells.values), 4 * colours.count < 3 * cells.values.count {
            return nil
        }
        var candidates = VP8LPrediction.allCases.map { Difference(cells, $0) }
        guard 2 * candidates[0].cells.values.count(where: { $0 != 0 }) > cells.values.count else {
            return nil
        }
        if cells.values.count > 512 {
            let units = candidates.map { VP8LEntropy($0.cells.values).units }
            candidates = [candidates[units[1] < units[0] ? 1 : 0]]
        }
        // Larger tiles suit larger rectangles.
        let side = cells.width / cells.columns.count
        var best: VP8LPlan?
        for difference in candidates {
            for bits in side < 128 ? 2...2 : side < 1024 ? 2...3 : 3...4 {
                guard let tiles = VP8LTiles(difference.cells, bits: bits) else { break }
                let plan = VP8LPlan(
                    cells, palette: nil, prediction: difference.prediction, color: difference.color,
                    tokens: VP8LTiled(tiles))
                if plan.bits < best?.bits ?? .max { best = plan }
            }
        }
        guard let best,
            best.bits <= VP8LRuns.mostBits(cells.pixels, cells.values.count, rows: cells.rows.count)
        else { return nil }
        return best
    }

    /// Returns the shortest of all plans for an image.
    private static func shortest(for cells: VP8LCells) -> VP8LPlan {
        var best = VP8LPlan(cells, palette: nil, prediction: nil, color: nil, tokens: VP8LRuns(cells: cells))
        func offer(_ plan: VP8LPlan) {
            if plan.bits < best.bits { best = plan }
        }
        func offer(_ image: VP8LCells, palette: VP8LPalette?) {
            if let palette {
                offer(
                    VP8LPlan(
                        cells, palette: palette, prediction: nil, color: nil, tokens: VP8LRuns(cells: image)))
            }
            let predicted = VP8LPrediction.allCases.map { prediction in
                let difference = Difference(image, prediction, isIndexed: palette != nil)
                let plan = VP8LPlan(
                    cells, palette: palette, prediction: prediction, color: difference.color,
                    tokens: VP8LSparse(cells: difference.cells))
                return (plan, difference)
            }
            guard let (plan, difference) = predicted.min(by: { $0.0.bits < $1.0.bits }) else { return }
            offer(plan)
            for bits in 2...4 {
                guard let tiles = VP8LTiles(difference.cells, bits: bits) else { break }
                offer(
                    VP8LPlan(
                        cells, palette: palette, prediction: difference.prediction, color: difference.color,
                        tokens: VP8LTiled(tiles)))
            }
        }
        offer(cells, palette: nil)
        if let palette = VP8LPalette(cells.values) {
            for palette in palette.bundle == 1 ? [palette] : [palette, palette.unbundled] {
                offer(palette.indices(of: cells), palette: palette)
            }
        }
        return best
    }

    /// Appends the bitstream to `bits`.
    func write(to bits: inout VP8LBits) {
        bits.append(0x2F, count: 8)
        bits.append(cells.width - 1, count: 14)
        bits.append(cells.height - 1, count: 14)
        bits.append(cells.hasAlpha ? 1 : 0, count: 1)
        bits.append(0, count: 3)
        if let palette {
            Self.begin(.indexing, &bits)
            bits.append(palette.colours.count - 1, count: 8)
            VP8LImage(palette.tokens, isMain: false).write(to: &bits)
        }
        for (transform, pixel) in [(Transform.prediction, prediction?.pixel), (.color, color?.pixel)] {
            guard let pixel else { continue }
            Self.begin(transform, &bits)
            bits.append(Self.tileBits - 2, count: 3)
            VP8LImage(pixel: pixel).write(to: &bits)
        }
        bits.append(0, count: 1)
        image.write(to: &bits)
    }

    private static func begin(_ transform: Transform, _ bits: inout VP8LBits) {
        bits.append(1, count: 1)
        bits.append(transform.rawValue, count: 2)
    }
}
