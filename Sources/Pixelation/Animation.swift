// SPDX-License-Identifier: Apache-2.0

/// The times of an animation, which its outputs keep.
struct Animation: Sendable, Equatable {
    /// The time for which each frame is shown, in milliseconds.
    var milliseconds: [Int]
    /// The number of times that the animation is shown; 0 for no end.
    var loops: Int
    /// The background colour that the source states: alpha, red, green and blue from the highest byte to the lowest.
    var background: UInt32
}
