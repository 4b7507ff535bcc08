// SPDX-License-Identifier: Apache-2.0

/// The pixels of a picture that differ from the first pixel of their cell.
package struct CellDifferences: Sendable, Equatable {
    /// A pixel of a frame.
    package struct Pixel: Sendable, Equatable {
        /// The number of the frame, counted from 0.
        package var frame: Int
        package var x: Int
        package var y: Int

        package init(frame: Int, x: Int, y: Int) { (self.frame, self.x, self.y) = (frame, x, y) }
    }

    /// The number of these pixels in all frames.
    package var count: Int
    /// The first of them; nil if there is none.
    package var first: Pixel?

    package init(count: Int = 0, first: Pixel? = nil) { (self.count, self.first) = (count, first) }
}
