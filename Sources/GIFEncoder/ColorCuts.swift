// SPDX-License-Identifier: Apache-2.0

/// A division of colours into boxes by cuts across the red, green or blue axis. The next cut divides the box with the
/// largest sum of squared errors, across the axis with the largest one, where the two parts have the smallest.
struct ColorCuts {
    private struct Box {
        /// The range of the colours among `members`.
        var range: Range<Int>
        var mean: ColorPoint
        /// The sum of squared differences from the mean along each axis.
        var errors: SIMD3<Double>
        /// The sum of `errors`, 0 for a box that cannot be divided.
        var error: Double
    }

    /// A colour with its position in the order of the caller.
    private struct Member {
        var samples: SIMD4<UInt8>
        var position: Int32
        var pixels: Int
    }

    /// The colours, of which those of a box are side by side.
    private var members: [Member]
    private var boxes: [Box] = []

    /// Creates one box of colours.
    ///
    /// - Parameters:
    ///   - pixels: The number of pixels of each colour.
    init(_ colors: [ColorPoint], _ pixels: [Int]) {
        members = colors.indices.map { index in
            let color = colors[index]
            return Member(
                samples: SIMD4(UInt8(color.red), UInt8(color.green), UInt8(color.blue), 0),
                position: Int32(index), pixels: pixels[index])
        }
        boxes.append(box(colors.indices))
    }

    /// The mean colour of each box.
    var means: [ColorPoint] { boxes.map(\.mean) }

    /// The position of the box of each colour.
    var indices: [Int] {
        var indices = [Int](repeating: 0, count: members.count)
        for (index, box) in boxes.enumerated() {
            for member in box.range { indices[Int(members[member].position)] = index }
        }
        return indices
    }

    /// Cuts until there are `count` boxes, or each has one colour.
    mutating func cut(into count: Int) {
        while boxes.count < count {
            var largest = 0
            for index in boxes.indices where boxes[index].error > boxes[largest].error { largest = index }
            guard boxes[largest].error > 0 else { return }
            let range = boxes[largest].range
            let middle = cut(boxes[largest])
            boxes[largest] = box(range.lowerBound..<middle)
            boxes.append(box(middle..<range.upperBound))
        }
    }

    private func box(_ range: Range<Int>) -> Box {
        let members = members.span.extracting(range)
        var (pixels, red, green, blue) = (0, 0, 0, 0)
        for index in members.indices {
            let member = members[index]
            pixels += member.pixels
            red += member.pixels * Int(member.samples.x)
            green += member.pixels * Int(member.samples.y)
            blue += member.pixels * Int(member.samples.z)
        }
        let half = pixels / 2
        let mean = ColorPoint(
            red: (red + half) / pixels, green: (green + half) / pixels, blue: (blue + half) / pixels)
        // Differences from the rounded mean are small, so that the sums are nearly exact.
        var squares = (red: 0, green: 0, blue: 0)
        for index in members.indices {
            let member = members[index]
            let red = Int(member.samples.x) - mean.red
            let green = Int(member.samples.y) - mean.green
            let blue = Int(member.samples.z) - mean.blue
            squares.red += member.pixels * red * red
            squares.green += member.pixels * green * green
            squares.blue += member.pixels * blue * blue
        }
        let differences = SIMD3(
            Double(red - pixels * mean.red), Double(green - pixels * mean.green),
            Double(blue - pixels * mean.blue))
        let errors =
            SIMD3(Double(squares.red), Double(squares.green), Double(squares.blue))
            - differences * differences / Double(pixels)
        return Box(range: range, mean: mean, errors: errors, error: range.count > 1 ? errors.sum() : 0)
    }

    /// Sorts the members of a box to both sides of the best cut, and returns the position of the first one of the upper
    /// side. Both sides have members, because the colours of a box with an error differ along this axis.
    private mutating func cut(_ box: Box) -> Int {
        let errors = box.errors
        let axis = errors[0] >= errors[1] && errors[0] >= errors[2] ? 0 : errors[1] >= errors[2] ? 1 : 2
        var members = members.mutableSpan
        // The number of pixels of each sample along the axis.
        var weights = InlineArray<256, Int>(repeating: 0)
        var (weight, sum) = (0, 0)
        for index in box.range {
            let (sample, pixels) = (Int(members[index].samples[axis]), members[index].pixels)
            weights[sample] += pixels
            weight += pixels
            sum += pixels * sample
        }
        // The errors of both parts are smallest where the squares of their sums, each divided by the number of pixels,
        // are largest.
        var (best, bestSample) = (-1.0, 0)
        var (lowerWeight, lowerSum) = (0, 0)
        for sample in 0..<256 where weights[sample] > 0 {
            lowerWeight += weights[sample]
            lowerSum += weights[sample] * sample
            if lowerWeight == weight { break }
            let (lower, upper) = (Double(lowerSum), Double(sum - lowerSum))
            let value = lower * lower / Double(lowerWeight) + upper * upper / Double(weight - lowerWeight)
            if value > best { (best, bestSample) = (value, sample) }
        }
        var (low, high) = (box.range.lowerBound, box.range.upperBound)
        while low < high {
            if Int(members[low].samples[axis]) <= bestSample {
                low += 1
            } else {
                high -= 1
                (members[low], members[high]) = (members[high], members[low])
            }
        }
        return low
    }
}
