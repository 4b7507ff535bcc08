// SPDX-License-Identifier: Apache-2.0

/// A choice of few colours that stand for many, with a small sum of squared errors over all pixels. The first choice is
/// made by cuts (`ColorCuts`). Rounds of k-means improve it: each colour is assigned to the nearest of the few, and each
/// of those becomes the mean of what is assigned to it. The same colours have the same result on every machine.
struct ColorQuantizer {
    /// The number of rounds. Further ones change little.
    private static let rounds = 3

    private(set) var palette: [UInt32]
    /// The position of the colour of the palette that stands for each colour.
    private(set) var indices: [Int]

    /// Chooses colours.
    ///
    /// - Parameters:
    ///   - areas: More colours than `count`.
    ///   - count: The number of colours of the palette, 1...256.
    init(_ areas: ColorAreas, count: Int) {
        let colors = areas.colors.map(ColorPoint.init)
        var cuts = ColorCuts(colors, areas.pixels)
        cuts.cut(into: count)
        var chosen = cuts.means
        indices = []
        for round in 0...Self.rounds {
            indices = Self.nearest(colors, chosen)
            if round < Self.rounds { chosen = Self.means(colors, areas.pixels, indices, chosen) }
        }
        palette = chosen.map(\.color)
    }

    /// Returns the position of the nearest of the chosen colours for each colour.
    private static func nearest(_ colors: [ColorPoint], _ chosen: [ColorPoint]) -> [Int] {
        // The square of the difference of the sums is at most three times the squared distance, so that only colours
        // with similar sums are compared.
        let order = chosen.indices.sorted { (chosen[$0].sum, $0) < (chosen[$1].sum, $1) }
        let sorted = order.map { chosen[$0] }
        // The position of the first of the sorted colours that has a sum or a larger one.
        var firsts = [Int](repeating: sorted.count, count: 3 * 255 + 1)
        for position in sorted.indices.reversed() { firsts[sorted[position].sum] = position }
        for sum in firsts.indices.reversed().dropFirst() { firsts[sum] = min(firsts[sum], firsts[sum + 1]) }
        return colors.map { color in
            // The largest value whose triple is a number.
            var (best, distance) = (0, Int.max / 4)
            var (below, above) = (firsts[color.sum] - 1, firsts[color.sum])
            func reaches(_ position: Int) -> Bool {
                let difference = sorted[position].sum - color.sum
                return difference * difference < 3 * distance
            }
            while true {
                let goesDown = below >= 0 && reaches(below)
                let goesUp = above < sorted.count && reaches(above)
                if !goesDown, !goesUp { break }
                if goesUp {
                    let next = sorted[above].distance(color)
                    if next < distance { (best, distance) = (above, next) }
                    above += 1
                }
                if goesDown {
                    let next = sorted[below].distance(color)
                    if next < distance { (best, distance) = (below, next) }
                    below -= 1
                }
            }
            return order[best]
        }
    }

    /// Returns the mean of the colours that are assigned to each of the chosen ones, and those without any unchanged.
    private static func means(
        _ colors: [ColorPoint], _ pixels: [Int], _ indices: [Int], _ chosen: [ColorPoint]
    ) -> [ColorPoint] {
        var sums = [ColorSum](repeating: ColorSum(), count: chosen.count)
        for (position, index) in indices.enumerated() { sums[index].add(colors[position], pixels[position]) }
        return zip(sums, chosen).map { $0.mean ?? $1 }
    }
}
