// SPDX-License-Identifier: Apache-2.0

package import Pixelation

/// The result of the processing of one file.
package enum PictureResult: Sendable, Equatable {
    /// All outputs are written.
    case done(Outputs)
    /// The file was found in a folder and is not a picture.
    case notPicture
    /// Some outputs, mostly all, are not written.
    case failed(PictureFailure)
    /// The processing was cancelled before an output was written.
    case cancelled

    /// The properties of a file whose outputs are written.
    package struct Outputs: Sendable, Equatable {
        package var format: SourceFormat
        /// The width in pixels of the picture as stored.
        package var width: Int
        /// The height in pixels of the picture as stored.
        package var height: Int
        /// The paths of the outputs below the output directory, in the order of the sizes.
        package var targets: [[UInt8]]
        /// The damage of the file, mostly none.
        package var damage: [Damage]
        /// The outputs in small; nil unless the batch makes a contact sheet.
        package var preview: PicturePreview?

        package init(
            format: SourceFormat, width: Int, height: Int, targets: [[UInt8]], damage: [Damage],
            preview: PicturePreview? = nil
        ) {
            self.format = format
            self.width = width
            self.height = height
            self.targets = targets
            self.damage = damage
            self.preview = preview
        }
    }
}
