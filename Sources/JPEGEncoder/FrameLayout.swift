// SPDX-License-Identifier: Apache-2.0

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

    /// A block of an MCU.
    struct Block: BitwiseCopyable {
        /// The index of the block's component in `FrameLayout.components`.
        var component: Int
        /// The index in `MCURow.Span.blocks` of the `BlockSpan` that says which cells the 8 rows of samples of the
        /// block show.
        var row: Int
        /// The index in `MCURow.Span.blocks` of the `BlockSpan` that says which cells the 8 columns of samples of the
        /// block show.
        var column: Int
    }

    let components: [Component]
    /// The blocks of an MCU in the order of an interleaved scan (T.81, A.2.3).
    let blocks: [Block]
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
        let luminance = [(0, 0), (0, 1), (1, 0), (1, 1)].map { Block(component: 0, row: $0, column: $1) }
        blocks =
            bands == 3
            ? luminance + (1...2).map { Block(component: $0, row: 2, column: 2) }
            : components.indices.map { Block(component: $0, row: 0, column: 0) }
    }

    /// True when chrominance has half the samples of luminance along each axis.
    var isSubsampled: Bool { components[0].sampling == 2 }
    /// The number of `BlockSpan`s that describe one side of an MCU: in 4:2:0 two for luminance and one for chrominance,
    /// else one for all components.
    var blocksAlongSide: Int { isSubsampled ? 3 : 1 }
    /// The side of an MCU in pixels, 16 in 4:2:0, else 8.
    var mcuSide: Int { isSubsampled ? 16 : 8 }
    /// The number of quantization tables, which is also the number of pairs of Huffman tables: 2 in 4:2:0, else 1.
    var tables: Int { isSubsampled ? 2 : 1 }
}
