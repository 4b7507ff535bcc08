// SPDX-License-Identifier: Apache-2.0

/// The sum of the colours of pixels.
struct ColorSum {
    private(set) var pixels = 0
    private var red = 0, green = 0, blue = 0

    mutating func add(_ color: ColorPoint, _ count: Int) {
        pixels += count
        red += color.red * count
        green += color.green * count
        blue += color.blue * count
    }

    /// The mean colour, rounded; nil without pixels.
    var mean: ColorPoint? {
        guard pixels > 0 else { return nil }
        let half = pixels / 2
        return ColorPoint(
            red: (red + half) / pixels, green: (green + half) / pixels, blue: (blue + half) / pixels)
    }
}
