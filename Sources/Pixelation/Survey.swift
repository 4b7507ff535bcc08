// SPDX-License-Identifier: Apache-2.0

import JPEG
package import Pixels

/// The properties of a source that are known or predicted from its header, without decoding.
package struct Survey: Sendable {
    package var format: SourceFormat
    /// The width in pixels of the picture as stored: the orientation is not applied.
    package var width: Int
    /// The height in pixels of the picture as stored: the orientation is not applied.
    package var height: Int
    /// The number of components: 1 for gray, 3 for colour, 4 for CMYK or YCCK.
    package var components: Int
    /// The orientation that the metadata state; `upright` without metadata.
    package var orientation: Orientation
    /// The predicted peak memory of pixelating in bytes, with the outputs but without the file itself.
    package var workingSetBytes: Int
    /// The parsed header, from which `Pixelator.pixelate` continues; nil unless `Pixelator.survey` created this value.
    let header: JPEGHeader?

    /// Creates the survey of an upright colour picture, for tests and for engines other than `Pixelator`. `Pixelator`
    /// refuses it.
    package init(format: SourceFormat, width: Int, height: Int, workingSetBytes: Int) {
        self.format = format
        self.width = width
        self.height = height
        components = 3
        orientation = .upright
        self.workingSetBytes = workingSetBytes
        header = nil
    }

    /// Creates the survey of a JPEG file.
    ///
    /// - Parameters:
    ///   - header: The header of the file.
    ///   - bytes: The whole file.
    ///   - sizes: The sizes of the outputs.
    init(_ header: JPEGHeader, of bytes: UnsafeBufferPointer<UInt8>, sizes: [Int]) {
        format = .jpeg
        width = header.width
        height = header.height
        components = header.components.count
        orientation = header.orientation(in: bytes)
        workingSetBytes =
            header.workingSetBytes
            + Self.bytesBesideDecoder(
                width: header.width, height: header.height, pixels: header.pixels, sizes: sizes)
        self.header = header
    }

    /// Returns the predicted memory, in bytes, of the grids and outputs of a picture, without that of the decoder.
    static func bytesBesideDecoder(width: Int, height: Int, pixels: Int, sizes: [Int]) -> Int {
        let reduced = GridReducer.workingSetBytes(width: width, height: height, sizes: sizes)
        // The usual length of the outputs; outputs of noise are longer.
        let written = sizes.reduce(0) { $0 + pixels / 64 + $1 * $1 * 64 }
        return reduced + written
    }
}
