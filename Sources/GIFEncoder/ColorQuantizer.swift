// SPDX-License-Identifier: Apache-2.0

/// A choice of few colours that stand for many, with a small sum of squared errors over all pixels. The first choice is
/// made by cuts (`ColorCuts`). A round of k-means improves it: each colour is assigned to the nearest of the few, and
/// each of those becomes the mean of what is assigned to it. The same colours have the same result on every machine.
struct ColorQuantizer {
    /// The number of rounds. Two further ones decrease the squared error of photos by a few percent.
    private static let rounds = 1

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
        var cuts = ColorCuts(colors, areas.pixels, count: count)
        cuts.cut(into: count)
        var chosen = cuts.means
        indices = cuts.indices
        for round in 0...Self.rounds {
            indices = Self.nearest(colors, chosen, indices)
            if round < Self.rounds { chosen = Self.means(colors, areas.pixels, indices, chosen) }
        }
        palette = chosen.map(\.color)
    }

    /// Returns the position of the nearest of the chosen colours for each colour.
    ///
    /// - Parameters:
    ///   - guesses: Positions of near ones, which are kept where none is nearer.
    private static func nearest(
        _ colors: [ColorPoint], _ chosen: [ColorPoint], _ guesses: [Int]
    ) -> [Int] {
        // The square of the difference of the sums is at most three times the squared distance, so that only colours
        // with similar sums are compared.
        // The order of the sums, and the position in it of the first colour that has a sum or a larger one.
        var firsts = [Int](repeating: 0, count: 3 * 255 + 1)
        for color in chosen where color.sum < 3 * 255 { firsts[color.sum + 1] += 1 }
        for sum in 1..<firsts.count { firsts[sum] += firsts[sum - 1] }
        var order = [Int](repeating: 0, count: chosen.count)
        var next = firsts
        for (index, color) in chosen.enumerated() {
            order[next[color.sum]] = index
            next[color.sum] += 1
        }
        // The first one and the last one differ from every colour so much that they end each search.
        let sorted = [Candidate.below] + order.map { Candidate(chosen[$0]) } + [Candidate.above]
        let candidates = sorted.span
        return colors.indices.map { index in
            let color = Candidate(colors[index])
            let first = firsts[Int(color.sum)] + 1
            var (best, distance) = (0, Candidate(chosen[guesses[index]]).distance(color))
            var position = first
            while candidates[position].isWithin(distance, color) {
                let next = candidates[position].distance(color)
                best = next < distance ? position : best
                distance = min(next, distance)
                position &+= 1
            }
            position = first &- 1
            while candidates[position].isWithin(distance, color) {
                let next = candidates[position].distance(color)
                best = next < distance ? position : best
                distance = min(next, distance)
                position &-= 1
            }
            return best == 0 ? guesses[index] : order[best - 1]
        }
    }

    /// A colour in few bytes, so that all of them are in the cache.
    private struct Candidate {
        let red, green, blue, sum: Int32

        static let below = Candidate(sum: -10_000)
        static let above = Candidate(sum: 10_000)

        private init(sum: Int32) {
            (red, green, blue) = (0, 0, 0)
            self.sum = sum
        }

        init(_ color: ColorPoint) {
            red = Int32(truncatingIfNeeded: color.red)
            green = Int32(truncatingIfNeeded: color.green)
            blue = Int32(truncatingIfNeeded: color.blue)
            sum = red &+ green &+ blue
        }

        /// Returns the square of the distance to another colour.
        @inline(__always)
        func distance(_ other: Candidate) -> Int32 {
            let (r, g, b) = (red &- other.red, green &- other.green, blue &- other.blue)
            return r &* r &+ g &* g &+ b &* b
        }

        /// False when the sums of two colours differ so much that the square of their distance is not below `squared`.
        @inline(__always)
        func isWithin(_ squared: Int32, _ other: Candidate) -> Bool {
            let difference = sum &- other.sum
            return difference &* difference < 3 &* squared
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
