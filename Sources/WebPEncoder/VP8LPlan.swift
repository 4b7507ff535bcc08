// SPDX-License-Identifier: Apache-2.0

/// One of several ways to write an image of rectangles as a VP8L bitstream: its transforms and the coded pixels.
struct VP8LPlan {
    /// The binary logarithm of the side of a tile of a transform, the largest one. All tiles are equal.
    private static let tileBits = 9
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
        tokens: any VP8LTokens
    ) {
        self.cells = cells
        self.palette = palette
        self.prediction = prediction
        self.color = color
        image = VP8LImage(tokens, isMain: true)
        // 1 bit and 2 bits before each transform, and what Self.write writes.
        var bits = 41 + image.bits
        if let palette { bits += 11 + VP8LImage(palette.tokens, isMain: false).bits }
        if let prediction { bits += 6 + Self.uniform(prediction.pixel).bits }
        if let color { bits += 6 + Self.uniform(color.pixel).bits }
        self.bits = bits
    }

    /// Returns the shortest of the plans for an image.
    static func best(for cells: VP8LCells) -> VP8LPlan {
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
                Self.predicted(image, prediction, palette: palette, of: cells)
            }
            guard let shortest = predicted.min(by: { $0.plan.bits < $1.plan.bits }) else { return }
            offer(shortest.plan)
            for bits in 2...4 {
                guard let tiles = VP8LTiles(shortest.residuals, bits: bits) else { break }
                offer(
                    VP8LPlan(
                        cells, palette: palette, prediction: shortest.plan.prediction,
                        color: shortest.plan.color, tokens: VP8LTiled(tiles)))
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

    /// Returns the plan with a prediction that suits rectangles of every size, and the differences that it codes.
    private static func predicted(
        _ image: VP8LCells, _ prediction: VP8LPrediction, palette: VP8LPalette?, of cells: VP8LCells
    ) -> (plan: VP8LPlan, residuals: VP8LCells) {
        var residuals = prediction.residuals(of: image)
        var color: VP8LColorTransform?
        if palette == nil {
            let best = VP8LColorTransform(for: residuals)
            if best != VP8LColorTransform() {
                color = best
                residuals = residuals.map(best.apply)
            }
        }
        let differences = image.with(residuals)
        let plan = VP8LPlan(
            cells, palette: palette, prediction: prediction, color: color,
            tokens: VP8LSparse(cells: differences))
        return (plan, differences)
    }

    /// Returns the image of a transform with the same pixel in all tiles. Its codes have no bits, so that one pixel
    /// stands for any number of tiles.
    private static func uniform(_ pixel: UInt32) -> VP8LImage {
        VP8LImage(VP8LRow(pixels: [pixel]), isMain: false)
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
            Self.uniform(pixel).write(to: &bits)
        }
        bits.append(0, count: 1)
        image.write(to: &bits)
    }

    private static func begin(_ transform: Transform, _ bits: inout VP8LBits) {
        bits.append(1, count: 1)
        bits.append(transform.rawValue, count: 2)
    }
}
