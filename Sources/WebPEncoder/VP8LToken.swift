// SPDX-License-Identifier: Apache-2.0

/// A part of the entropy-coded data of an image: one pixel, or a backward reference to pixels before it.
struct VP8LToken {
    /// The largest number of pixels that a backward reference copies.
    static let longestCopy = 4096
    /// The largest distance of a backward reference in pixels.
    static let longestDistance = 1 << 20 - 120
    /// The distance code of the pixel above.
    static let above = 1
    /// The distance code of the pixel on the left.
    static let left = 2

    enum Content {
        /// A pixel: alpha, red, green and blue from the highest byte to the lowest.
        case pixel(UInt32)
        /// A copy of 1...4096 pixels. The distance code is `above`, `left`, or the distance plus 120.
        case copy(length: VP8LNumber, distanceCode: VP8LNumber)
    }

    let content: Content
    /// The index of the group of prefix codes at the place of the token.
    let group: UInt8

    /// Creates a pixel.
    init(pixel: UInt32, group: Int = 0) {
        content = .pixel(pixel)
        self.group = UInt8(truncatingIfNeeded: group)
    }

    /// Creates a copy of `length` pixels, 1...4096.
    init(copying length: Int, distanceCode: Int, group: Int = 0) {
        content = .copy(length: VP8LNumber(length), distanceCode: VP8LNumber(distanceCode))
        self.group = UInt8(truncatingIfNeeded: group)
    }
}
