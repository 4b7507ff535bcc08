// SPDX-License-Identifier: Apache-2.0

import PNGEncoder

/// The metadata of a source that outputs may keep.
struct SourceMetadata {
    /// The ICC profile; nil if the source has none.
    var profile: [UInt8]?
    /// The reason for which the ICC profile is ignored; nil if it is not, or if there is none.
    var profileProblem: String?
    /// The last comment; nil if the source has none.
    var comment: [UInt8]?
    /// The chunks of a PNG source that state the meaning of its colours.
    var png = PNGWriter.Attachments()

    /// Returns the chunks of a PNG output.
    ///
    /// - Parameter isUpright: True with the policy `MetadataPolicy.upright`, false with `reference`.
    func chunks(_ isUpright: Bool) -> PNGWriter.Attachments {
        guard isUpright else { return PNGWriter.Attachments(iCCP: png.iCCP) }
        var chunks = png
        if let profile { chunks.iCCP = PNGWriter.iCCP(profile) }
        return chunks
    }
}
