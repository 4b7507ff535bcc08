// SPDX-License-Identifier: Apache-2.0

package import Pixels

/// The result of a `PictureReducer`.
package struct Reduction: Sendable, Equatable {
    /// The grid of each size, in the order of the sizes, of each frame. The picture is as stored: the orientation is
    /// not applied. A picture that is not animated has one frame.
    package var frames: [[Grid]]
    /// The damage of the picture's data, each kind at most once.
    package var damage: [Damage]
    /// The ICC profile that the decoder has decompressed, of `Survey.profileBytes` at most; nil if it has none.
    package var profile: [UInt8]?
    /// The pixels that differ from their cells; nil unless the request is one for them.
    package var differences: CellDifferences?

    package init(frames: [[Grid]], damage: [Damage], profile: [UInt8]? = nil) {
        self.frames = frames
        self.damage = damage
        self.profile = profile
    }

    /// Creates the result for a picture that is not animated.
    package init(grids: [Grid], damage: [Damage], profile: [UInt8]? = nil) {
        self.init(frames: [grids], damage: damage, profile: profile)
    }

    /// The grid of each size of the first frame.
    package var grids: [Grid] { frames.first ?? [] }
}
