// SPDX-License-Identifier: Apache-2.0

import Pixels

/// The grids of all sizes of a decoded picture, with the metadata that outputs may keep.
struct ReducedPicture {
    /// The grid of each size, in the order of the sizes, of each frame. The picture is as stored: the orientation is
    /// not applied.
    var frames: [[Grid]]
    /// The width in pixels of the picture as stored.
    var width: Int
    /// The height in pixels of the picture as stored.
    var height: Int
    var metadata: SourceMetadata
    /// The times of the animation that the outputs are; nil if they are still pictures.
    var animation: Animation?
    /// The damage of the source, each kind at most once.
    var damage: [Damage]

    /// Creates the picture from the result of a reducer, which may have been in another process.
    ///
    /// - Throws: `PixelationError` of kind `internal` when the grids are not those that the options require.
    init(
        _ reduction: Reduction, _ survey: Survey, _ header: SourceHeader, of bytes: [UInt8],
        options: PixelationOptions
    ) throws(PixelationError) {
        guard (1...survey.frames).contains(reduction.frames.count),
            reduction.frames.allSatisfy({ grids in
                grids.map(\.size) == options.sizes && grids.allSatisfy { $0.color == survey.color }
            })
        else {
            throw PixelationError(.internal, "the grids are not those of the sizes and of the picture")
        }
        guard reduction.profile?.count ?? 0 <= survey.profileBytes else {
            throw PixelationError(.internal, "a profile that nobody asked for")
        }
        frames = reduction.frames
        width = survey.width
        height = survey.height
        metadata = header.metadata(of: bytes)
        animation = survey.animation
        damage = reduction.damage
        if survey.profileBytes > 0 {
            metadata.profile = reduction.profile
            if reduction.profile == nil {
                metadata.profileProblem = "the data are corrupt or longer than \(survey.profileBytes) bytes"
            }
        }
        // A missing profile is a damage if the outputs would have it.
        if options.metadata == .upright, let problem = metadata.profileProblem {
            damage.append(Damage(.noProfile, "the ICC profile is dropped: \(problem)"))
        }
    }
}
