// SPDX-License-Identifier: Apache-2.0

import CPixels

/// The components of a frame and the blocks of an MCU, as libjpeg's `jpeg_set_colorspace` (jcparam.c) chooses them for
/// gray, YCbCr and CMYK (terms of ITU-T T.81, A.1 and A.2).
struct FrameLayout {
    /// A component of the frame.
    struct Component {
        /// The component identifier in the frame header and in the scan header.
        var identifier: UInt8
        /// The horizontal sampling factor, which equals the vertical one: 2 for luminance in 4:2:0, else 1.
        var sampling: Int
        /// The destination identifier (T.81, B.2.4) of the quantization table and of the Huffman tables of the
        /// component: 0 for luminance, 1 for chrominance.
        var table: Int
    }

    let components: [Component]
    /// The blocks of an MCU in the order of an interleaved scan (T.81, A.2.3).
    let blocks: [px_block]
    /// True for a file with Adobe's APP14 segment (CMYK), false for one with a JFIF segment.
    let isAdobe: Bool

    /// Creates the layout for a picture of 1 band (gray), 3 bands (YCbCr in 4:2:0) or 4 bands (CMYK).
    init(bands: Int) {
        isAdobe = bands == 4
        components =
            switch bands {
            case 1: [Component(identifier: 1, sampling: 1, table: 0)]
            case 3:
                [
                    Component(identifier: 1, sampling: 2, table: 0),
                    Component(identifier: 2, sampling: 1, table: 1),
                    Component(identifier: 3, sampling: 1, table: 1),
                ]
            default: Array("CMYK".utf8).map { Component(identifier: $0, sampling: 1, table: 0) }
            }
        let luminance = [(0, 0), (0, 1), (1, 0), (1, 1)].map { px_block(component: 0, row: $0, column: $1) }
        blocks =
            bands == 3
            ? luminance + (1...2).map { px_block(component: $0, row: 2, column: 2) }
            : components.indices.map { px_block(component: UInt8($0), row: 0, column: 0) }
    }

    /// True when chrominance has half the samples of luminance along each axis.
    var isSubsampled: Bool { components[0].sampling == 2 }
    /// The side of an MCU in pixels, 16 in 4:2:0, else 8.
    var mcuSide: Int { isSubsampled ? 16 : 8 }
    /// The number of quantization tables, which is also the number of pairs of Huffman tables: 2 in 4:2:0, else 1.
    var tables: Int { isSubsampled ? 2 : 1 }
}
