// SPDX-License-Identifier: Apache-2.0

import Pixels

/// A decoded picture, reduced to the grids of all sizes, with those metadata that outputs may keep.
struct ReducedPicture {
    /// One grid a size, as stored, in the order of the sizes.
    var grids: [Grid]
    /// Pixels, as stored.
    var width: Int
    var height: Int
    /// The ICC profile.
    var profile: [UInt8]?
    /// The last comment.
    var comment: [UInt8]?
    /// The number of problems in the data that the decoder worked around.
    var warnings: Int
    /// True when the file ended early and `TruncationPolicy.accept` let it pass.
    var wasTruncated: Bool
}
