// SPDX-License-Identifier: Apache-2.0

/// The different colours of some cells in the order of their appearance, with the number of pixels that show each.
struct ColorAreas {
    private(set) var colors: [UInt32] = []
    private(set) var pixels: [Int] = []
    private var positions: [UInt32: Int] = [:]

    /// Adds pixels of a colour. Transparent ones are not counted.
    mutating func add(_ color: UInt32, _ count: Int) {
        guard count > 0, color != CellColors.transparent else { return }
        if let position = positions[color] {
            pixels[position] += count
        } else {
            positions[color] = colors.count
            colors.append(color)
            pixels.append(count)
        }
    }
}
