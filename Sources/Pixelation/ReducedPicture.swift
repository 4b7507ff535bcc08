// SPDX-License-Identifier: Apache-2.0

import Pixels

/// The grids of all sizes of a decoded picture, with the metadata that outputs may keep.
struct ReducedPicture {
    /// The grid of each size, in the order of the sizes. The picture is as stored: the orientation is not applied.
    var grids: [Grid]
    /// The width in pixels of the picture as stored.
    var width: Int
    /// The height in pixels of the picture as stored.
    var height: Int
    /// The ICC profile; nil if the source has none.
    var profile: [UInt8]?
    /// The last comment; nil if the source has none.
    var comment: [UInt8]?
    /// The damage of the source, each kind at most once.
    var damage: [Damage]
}
