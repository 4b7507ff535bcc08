// SPDX-License-Identifier: Apache-2.0

/// The different colours of some cells in the order of their appearance, with the number of pixels that show each.
struct ColorAreas {
    private(set) var colors: [UInt32] = []
    private(set) var pixels: [Int] = []
    /// The position of each colour among `colors`.
    private(set) var positions = ColorPositions()

    /// Adds pixels of a colour. Transparent ones are not counted.
    mutating func add(_ color: UInt32, _ count: Int) {
        guard count > 0, color != CellColors.transparent else { return }
        if let position = positions.value(color) {
            pixels[position] += count
        } else {
            positions.insert(color, colors.count)
            colors.append(color)
            pixels.append(count)
        }
    }
}
