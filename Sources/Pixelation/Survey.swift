// SPDX-License-Identifier: Apache-2.0

import JPEG
package import Pixels

/// The properties of a picture that its header tells, before anything is decoded.
package struct Survey: Sendable {
    package var format: SourceFormat
    /// Pixels, as stored: the orientation is not applied.
    package var width: Int
    package var height: Int
    /// 1 for gray, 3 for colour, 4 for CMYK or YCCK.
    package var components: Int
    package var orientation: Orientation
    /// The predicted peak memory of the pixelation in bytes, outputs included, the file itself not.
    package var workingSetBytes: Int
    /// The parsed header, which `Pixelator.pixelate` continues with; nil unless `Pixelator.survey` made this value.
    let header: JPEGHeader?

    /// Creates a survey of an upright colour picture for engines that are not `Pixelator`, which refuses it.
    package init(format: SourceFormat, width: Int, height: Int, workingSetBytes: Int) {
        self.format = format
        self.width = width
        self.height = height
        components = 3
        orientation = .upright
        self.workingSetBytes = workingSetBytes
        header = nil
    }

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

    /// Bytes that reducing and writing need at most beside the decoder.
    static func bytesBesideDecoder(width: Int, height: Int, pixels: Int, sizes: [Int]) -> Int {
        let reduced = GridReducer.workingSetBytes(width: width, height: height, sizes: sizes)
        // What outputs usually take; a grid of noise takes more.
        let written = sizes.reduce(0) { $0 + pixels / 64 + $1 * $1 * 64 }
        return reduced + written
    }
}
