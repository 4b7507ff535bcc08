// SPDX-License-Identifier: Apache-2.0

/// The treatment of orientation, colour profile and comments.
package enum MetadataPolicy: String, Sendable, CaseIterable, Codable {
    /// Outputs are turned upright and keep the ICC profile. All other metadata are dropped.
    case upright
    /// Outputs are byte for byte those of Pillow: not turned, with the last comment, without profile.
    case reference
}
