// SPDX-License-Identifier: Apache-2.0

/// A palette, and the index of each colour that it stands for.
struct ColorTable {
    /// The colours of the indices.
    let colors: [UInt32]
    /// The index for transparent pixels, behind the last colour; nil if there is none.
    let transparentIndex: UInt8?
    /// The position of each colour that the palette stands for among `indices`.
    private let positions: ColorPositions
    private let indices: [UInt8]

    /// Creates a palette of the colours in the order of their appearance, if they are few enough, and else of the 255
    /// or 256 colours that stand for them best.
    ///
    /// - Parameters:
    ///   - areas: The number of pixels of each colour, none of which is transparent.
    ///   - hasTransparent: True if an index is for transparent pixels.
    init(_ areas: ColorAreas, hasTransparent: Bool) {
        let room = hasTransparent ? 255 : 256
        positions = areas.positions
        if areas.colors.count <= room {
            colors = areas.colors
            indices = areas.colors.indices.map { UInt8(truncatingIfNeeded: $0) }
        } else {
            let quantizer = ColorQuantizer(areas, count: room)
            colors = quantizer.palette
            indices = quantizer.indices.map { UInt8(truncatingIfNeeded: $0) }
        }
        transparentIndex = hasTransparent ? UInt8(truncatingIfNeeded: colors.count) : nil
    }

    /// Returns the index of a colour or of transparent pixels.
    func index(_ color: UInt32) -> UInt8 {
        if color == CellColors.transparent { return transparentIndex ?? 0 }
        return positions.value(color).map { indices[$0] } ?? 0
    }

    /// Returns the index of a colour by its position in the areas of which the palette is made; that of transparent
    /// pixels for a negative position.
    func index(at position: Int32) -> UInt8 {
        position < 0 ? transparentIndex ?? 0 : indices[Int(position)]
    }

    /// True when another palette has the same colours at the same indices.
    func isSame(_ other: ColorTable) -> Bool {
        colors == other.colors && transparentIndex == other.transparentIndex
    }

    /// The number of bits of an index, 1...8.
    var bits: Int {
        let count = colors.count + (transparentIndex == nil ? 0 : 1)
        return (1...8).first { count <= 1 << $0 } ?? 8
    }

    /// The content of the colour table in the file: three bytes for each of `1 << bits` indices.
    var bytes: [UInt8] {
        let listed = colors.flatMap { color in
            [0, 8, 16].map { UInt8(truncatingIfNeeded: color >> UInt32($0)) }
        }
        return listed + [UInt8](repeating: 0, count: 3 << bits - listed.count)
    }
}
