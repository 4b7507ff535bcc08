// SPDX-License-Identifier: Apache-2.0

package import Pixels

/// The outputs of a source in small: each block is one pixel. Of an animation it shows the first frame.
package struct PicturePreview: Sendable, Equatable {
    /// An output in small.
    package struct Thumbnail: Sendable, Equatable {
        /// The colours of the blocks, of any colour model but CMYK.
        package var grid: Grid
        /// A PNG file with one pixel for each block. It has the colour profile of the output, unless that is long.
        package var png: [UInt8]
    }

    /// The width of the outputs in pixels.
    package var width: Int
    /// The height of the outputs in pixels.
    package var height: Int
    /// The number of frames of the outputs.
    package var frames: Int
    /// One thumbnail for each output, in the order of the sizes.
    package var thumbnails: [Thumbnail]
}
