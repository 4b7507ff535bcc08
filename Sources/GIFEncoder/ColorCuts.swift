// SPDX-License-Identifier: Apache-2.0

/// A division of colours into boxes by cuts across the red, green or blue axis. The next cut divides the box with the
/// largest sum of squared errors, across the axis with the largest one, where the two parts have the smallest.
struct ColorCuts {
    private struct Box {
        /// The positions of the colours.
        var members: [Int]
        var mean: ColorPoint
        /// The sum of squared differences from the mean along each axis.
        var errors: SIMD3<Double>
        /// The sum of `errors`, 0 for a box that cannot be divided.
        var error: Double
    }

    private let colors: [ColorPoint]
    private let pixels: [Int]
    private var boxes: [Box]
    /// The number of pixels of each sample along the axis of the current cut.
    private var weights = [Double](repeating: 0, count: 256)

    /// Creates one box of colours.
    ///
    /// - Parameters:
    ///   - pixels: The number of pixels of each colour.
    init(_ colors: [ColorPoint], _ pixels: [Int]) {
        self.colors = colors
        self.pixels = pixels
        boxes = []
        boxes.append(box(Array(colors.indices)))
    }

    /// The mean colour of each box.
    var means: [ColorPoint] { boxes.map(\.mean) }

    /// The position of the box of each colour.
    var indices: [Int] {
        var indices = [Int](repeating: 0, count: colors.count)
        for (index, box) in boxes.enumerated() {
            for member in box.members { indices[member] = index }
        }
        return indices
    }

    /// Cuts until there are `count` boxes, or each has one colour.
    mutating func cut(into count: Int) {
        while boxes.count < count {
            var largest = 0
            for index in boxes.indices where boxes[index].error > boxes[largest].error { largest = index }
            guard boxes[largest].error > 0 else { return }
            let (lower, upper) = parts(boxes[largest])
            boxes[largest] = box(lower)
            boxes.append(box(upper))
        }
    }

    private func box(_ members: [Int]) -> Box {
        var sum = ColorSum()
        for member in members { sum.add(colors[member], pixels[member]) }
        let mean = sum.mean ?? ColorPoint(0)
        // Differences from the rounded mean are small, so that the sums are nearly exact.
        var (differences, squares) = (SIMD3<Double>.zero, SIMD3<Double>.zero)
        for member in members {
            let color = colors[member]
            let difference = SIMD3(
                Double(color.red - mean.red), Double(color.green - mean.green), Double(color.blue - mean.blue)
            )
            let weighted = difference * Double(pixels[member])
            differences += weighted
            squares += weighted * difference
        }
        let errors = squares - differences * differences / Double(sum.pixels)
        return Box(members: members, mean: mean, errors: errors, error: members.count > 1 ? errors.sum() : 0)
    }

    /// Returns the members of a box on both sides of the best cut. Both sides have members,
    /// because the colours of a box with an error differ along this axis.
    private mutating func parts(_ box: Box) -> ([Int], [Int]) {
        let errors = box.errors
        let axis = errors[0] >= errors[1] && errors[0] >= errors[2] ? 0 : errors[1] >= errors[2] ? 1 : 2
        var (lowest, highest) = (255, 0)
        for member in box.members {
            lowest = min(lowest, colors[member][axis])
            highest = max(highest, colors[member][axis])
        }
        for sample in lowest...highest { weights[sample] = 0 }
        var (weight, sum) = (0.0, 0.0)
        for member in box.members {
            let (sample, count) = (colors[member][axis], Double(pixels[member]))
            weights[sample] += count
            weight += count
            sum += count * Double(sample)
        }
        // The errors of both parts are smallest where the squares of their sums, each divided by the number of pixels,
        // are largest.
        var (best, bestSample) = (-1.0, lowest)
        var (lowerWeight, lowerSum) = (0.0, 0.0)
        for sample in lowest..<highest where weights[sample] > 0 {
            lowerWeight += weights[sample]
            lowerSum += weights[sample] * Double(sample)
            let upperWeight = weight - lowerWeight
            let upperSum = sum - lowerSum
            let value = lowerSum * lowerSum / lowerWeight + upperSum * upperSum / upperWeight
            if value > best { (best, bestSample) = (value, sample) }
        }
        var (lower, upper): ([Int], [Int]) = ([], [])
        for member in box.members {
            if colors[member][axis] <= bestSample { lower.append(member) } else { upper.append(member) }
        }
        return (lower, upper)
    }
}
