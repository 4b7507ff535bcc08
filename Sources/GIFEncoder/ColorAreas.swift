// SPDX-License-Identifier: Apache-2.0

/// The different colours of some cells in the order of their appearance, with the number of pixels that show each.
struct ColorAreas {
    private(set) var colors: [UInt32] = []
    private(set) var pixels: [Int] = []
    /// The position of each colour among `colors`.
    private(set) var positions = ColorPositions()

    /// Creates areas without colours, with memory for `capacity` of them, which grows when needed.
    init(capacity: Int = 256) {
        colors.reserveCapacity(capacity)
        pixels.reserveCapacity(capacity)
    }

    /// Adds pixels of a colour. Transparent ones are not counted.
    ///
    /// - Returns: The position among `colors`; -1 without pixels, and for transparent ones.
    @inline(__always)
    mutating func add(_ color: UInt32, _ count: Int) -> Int32 {
        guard count > 0, color != CellColors.transparent else { return -1 }
        let position = positions.insert(color, colors.count)
        if position < colors.count {
            pixels[position] += count
        } else {
            colors.append(color)
            pixels.append(count)
        }
        return Int32(truncatingIfNeeded: position)
    }
}
