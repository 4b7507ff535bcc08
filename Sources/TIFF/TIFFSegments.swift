// SPDX-License-Identifier: Apache-2.0

/// The strips or tiles of a picture: its parts that are compressed one by one.
package struct TIFFSegments: Sendable {
    /// The smallest work for a strip or a tile in pixels, besides that for its pixels: its decoder starts anew.
    package static let smallestWork = 2048
    /// The smallest work for a strip or a tile of JPEG in pixels: it has tables of its own.
    static let smallestJPEGWork = 16384

    package let isTiled: Bool
    /// The width of a strip or a tile in pixels.
    package let width: Int
    /// The height of a strip or a tile in pixels. The last strip may be lower.
    package let height: Int
    /// The number of tiles in a row of tiles; 1 for strips.
    package let across: Int
    /// The number of strips or tiles of a plane.
    package let perPlane: Int
    /// The number of planes: the number of samples if each has strips or tiles of its own, and otherwise 1.
    package let planes: Int
    /// The number of bytes of a row of a strip or a tile when it is not compressed.
    package let rowBytes: Int
    package let offsets: TIFFField
    /// The field of the lengths; nil if the file has none, and each strip or tile ends with the file.
    package let counts: TIFFField?

    /// The number of all strips or tiles.
    package var count: Int { perPlane * planes }

    /// The number of bytes of a strip or a tile that is not compressed.
    package var bytes: Int { rowBytes * height }

    /// Returns the byte range of a strip or a tile, which may end after the file.
    ///
    /// - Parameter bytes: The whole file.
    package func range(_ index: Int, _ bytes: Span<UInt8>) -> Range<Int> {
        guard let start = offsets.value(index, bytes) else { return bytes.count..<bytes.count }
        let length = counts.map { $0.value(index, bytes) ?? 0 } ?? max(0, bytes.count - start)
        return start..<start + length
    }
}
