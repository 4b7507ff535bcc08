// SPDX-License-Identifier: Apache-2.0

import JPEG
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

    /// Creates the picture from the result of a reducer, which may have been in another process.
    ///
    /// - Throws: `PixelationError` of kind `internal` when the grids are not those that the options require.
    init(
        _ reduction: Reduction, _ header: JPEGHeader, of bytes: [UInt8], options: PixelationOptions
    ) throws(PixelationError) {
        guard reduction.grids.map(\.size) == options.sizes,
            reduction.grids.allSatisfy({ $0.bands == header.components.count })
        else {
            throw PixelationError(.internal, "the grids are not those of the sizes and of the picture")
        }
        grids = reduction.grids
        width = header.width
        height = header.height
        profile = header.profile(in: bytes)
        comment = header.comment.map { Array(bytes[$0]) }
        damage = reduction.damage
        // A missing profile is a damage if the outputs would have it.
        if options.metadata == .upright, let problem = header.profileProblem {
            damage.append(Damage(.noProfile, "the ICC profile is dropped: \(problem)"))
        }
    }
}
