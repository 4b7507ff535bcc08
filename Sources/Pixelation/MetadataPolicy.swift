// SPDX-License-Identifier: Apache-2.0

/// The policy for the orientation, the colour profile and the comments of a source.
package enum MetadataPolicy: String, Sendable, CaseIterable, Codable {
    /// Outputs are turned upright and keep the ICC profile. They have no other metadata.
    case upright
    /// Outputs are byte for byte those of Pillow: they are not turned, and have the last comment but no profile.
    case reference
}
