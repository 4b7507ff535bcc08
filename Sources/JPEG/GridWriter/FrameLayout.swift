// SPDX-License-Identifier: Apache-2.0

/// The components of a frame, as libjpeg's `jpeg_set_colorspace` lays them out for the colours of a grid.
struct FrameLayout {
    struct Component {
        var identifier: UInt8
        /// Horizontal and vertical sampling factor: 2 for the luminance of 4:2:0, else 1.
        var sampling: Int
        /// Which quantization and Huffman tables: 0 luminance, 1 chrominance.
        var table: Int
    }

    /// A block of an MCU: its component, and which of the MCU's blocks along each axis it is.
    struct Block: BitwiseCopyable {
        var component: Int
        var row: Int
        var column: Int
    }

    let components: [Component]
    /// The blocks of an MCU in the order of a scan.
    let blocks: [Block]
    /// Written as Adobe's CMYK, not as JFIF.
    let isAdobe: Bool

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

    /// Chrominance has half the samples of luminance on each axis.
    /// How many blocks of different rows, or columns, an MCU has.
    var blocksAlongSide: Int { isSubsampled ? 3 : 1 }
    var isSubsampled: Bool { components[0].sampling == 2 }
    /// Side of an MCU in pixels.
    var mcuSide: Int { isSubsampled ? 16 : 8 }
    var tables: Int { isSubsampled ? 2 : 1 }
}
