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
        /// A copy of `length` pixels, 1...4096. The distance code is `above`, `left`, or the distance plus 120.
        case copy(length: Int, distanceCode: Int)
    }

    var content: Content
    /// The index of the group of prefix codes at the place of the token.
    var group: Int
}
