// SPDX-License-Identifier: Apache-2.0

/// The policy for the orientation, the colour profile and the comments of a source.
package enum MetadataPolicy: String, Sendable, CaseIterable, Codable {
    /// Outputs are turned upright and keep the ICC profile. They have no other metadata.
    case upright
    /// Outputs are as Pillow 12.1.1 makes them. JPEG outputs of JPEG files are byte-identical, except for some damaged
    /// files, which differ by the version of libjpeg-turbo and by the processor. They keep the last comment of the
    /// source, but no ICC profile. Outputs are not rotated, except those of TIFF files. PNG outputs of PNG files keep
    /// the profile.
    case reference
}
