// SPDX-License-Identifier: Apache-2.0

/// A division of colours into boxes by cuts across the red, green or blue axis. The next cut divides the box with the
/// largest sum of squared errors, across the axis with the largest one, where the two parts have the smallest.
struct ColorCuts {
    private struct Box {
        /// The range of the colours among `members`.
        var range: Range<Int>
        var sums: ColorMoments
        /// The sum of squared differences from the mean along each axis.
        var errors: SIMD3<Double>
    }

    /// A colour with its position in the order of the caller.
    private struct Member {
        var color: UInt32
        var position: Int32
        var pixels: Int
    }

    /// The colours, of which those of a box are side by side, and room for those of a box.
    private var members: [Member]
    private var room: [Member]
    private var boxes: [Box] = []
    /// The sum of `errors` of each box, 0 for one that cannot be divided, and the largest of them.
    private var errors: LargestError
    /// The number of pixels of each sample along an axis. Between two cuts, all are 0.
    private var weights = [Int](repeating: 0, count: 256)

    /// Creates one box of colours.
    ///
    /// - Parameters:
    ///   - pixels: The number of pixels of each colour.
    ///   - count: The number of boxes into which they will be divided at most.
    init(_ colors: [ColorPoint], _ pixels: [Int], count: Int) {
        errors = LargestError(count: count)
        members = colors.indices.map { index in
            Member(color: colors[index].color, position: Int32(index), pixels: pixels[index])
        }
        room = members
        var sums = ColorMoments()
        for member in members { sums.add(member.color, member.pixels) }
        append(colors.indices, sums)
    }

    /// The mean colour of each box.
    var means: [ColorPoint] { boxes.map(\.sums.mean) }

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
            let largest = errors.position
            guard errors[largest] > 0 else { return }
            let box = boxes[largest]
            let (middle, lower) = cut(box)
            append(middle..<box.range.upperBound, box.sums.less(lower))
            boxes[largest] = Self.box(box.range.lowerBound..<middle, lower)
            errors[largest] = Self.error(boxes[largest])
        }
    }

    private mutating func append(_ range: Range<Int>, _ sums: ColorMoments) {
        boxes.append(Self.box(range, sums))
        errors[boxes.count - 1] = Self.error(boxes[boxes.count - 1])
    }

    private static func box(_ range: Range<Int>, _ sums: ColorMoments) -> Box {
        Box(range: range, sums: sums, errors: sums.errors)
    }

    private static func error(_ box: Box) -> Double { box.range.count > 1 ? box.errors.sum() : 0 }

    /// Sorts the members of a box to both sides of the best cut, and returns the position of the first one of the upper
    /// side and the sums of the lower side. Both sides have members, because the colours of a box with an error differ
    /// along this axis.
    private mutating func cut(_ box: Box) -> (middle: Int, lower: ColorMoments) {
        let errors = box.errors
        let axis = errors[0] >= errors[1] && errors[0] >= errors[2] ? 0 : errors[1] >= errors[2] ? 1 : 2
        let shift = UInt32(8 * axis)
        let sample = Self.best(members, box, axis, &weights)
        return Self.divide(&members, &room, box.range) { Int($0 &>> shift & 255) <= sample }
    }

    /// Sorts the members of a range to both sides, and returns the position of the first one of the upper side and the
    /// sums of the lower side.
    @inline(__always)
    private static func divide(
        _ members: inout [Member], _ room: inout [Member], _ range: Range<Int>,
        isLower: (_ color: UInt32) -> Bool
    ) -> (middle: Int, lower: ColorMoments) {
        // Each member is written to both sides, of which one is right: whether it is below the cut is not predictable.
        var members = members.mutableSpan
        var room = room.mutableSpan
        var sums = ColorMoments()
        var (low, high) = (range.lowerBound, 0)
        for index in range {
            let member = members[index]
            let isLower = isLower(member.color)
            members[low] = member
            room[high] = member
            sums.add(member.color, isLower ? member.pixels : 0)
            low &+= isLower ? 1 : 0
            high &+= isLower ? 0 : 1
        }
        for index in 0..<high { members[low &+ index] = room[index] }
        return (low, sums)
    }

    /// Returns the largest sample of the lower side of the best cut across an axis.
    ///
    /// - Parameter weights: Zeros, for the number of pixels of each sample.
    private static func best(
        _ members: [Member], _ box: Box, _ axis: Int, _ weights: inout [Int]
    ) -> Int {
        let shift = UInt32(8 * axis)
        let members = members.span.extracting(box.range)
        var weights = weights.mutableSpan
        var (least, most) = (255, 0)
        for index in members.indices {
            let sample = Int(members[index].color &>> shift & 255)
            weights[sample] &+= members[index].pixels
            (least, most) = (min(least, sample), max(most, sample))
        }
        // The errors of both parts are smallest where the squares of their sums, each divided by the number of pixels,
        // are largest.
        let (weight, sum) = (box.sums.pixels, box.sums.sums[axis])
        var (best, bestSample) = (-1.0, least)
        var (lowerWeight, lowerSum) = (0, 0)
        for sample in least..<most where weights[sample] > 0 {
            lowerWeight += weights[sample]
            lowerSum += weights[sample] * sample
            let (lower, upper) = (Double(lowerSum), Double(sum - lowerSum))
            let value = lower * lower / Double(lowerWeight) + upper * upper / Double(weight - lowerWeight)
            if value > best { (best, bestSample) = (value, sample) }
        }
        for sample in least...most { weights[sample] = 0 }
        return bestSample
    }
}
