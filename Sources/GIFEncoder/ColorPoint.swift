// SPDX-License-Identifier: Apache-2.0

/// A colour as a point: red, green and blue, 0...255.
struct ColorPoint {
    let red, green, blue: Int
    let sum: Int

    init(red: Int, green: Int, blue: Int) {
        (self.red, self.green, self.blue) = (red, green, blue)
        sum = red + green + blue
    }

    init(_ color: UInt32) {
        self.init(red: Int(color & 255), green: Int(color >> 8 & 255), blue: Int(color >> 16 & 255))
    }

    var color: UInt32 { UInt32(red | green << 8 | blue << 16) }
}
