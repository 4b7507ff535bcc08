// SPDX-License-Identifier: Apache-2.0

/// The size of a source, given as megapixels or as bytes. Either follows from the other by the bytes of a pixel of
/// camera photos.
package struct PictureSize: Sendable, Equatable {
    package var pixels: Int
    package var bytes: Int

    package init(pixels: Int, bytes: Int) {
        self.pixels = pixels
        self.bytes = bytes
    }

    /// The bytes of a pixel of a JPEG photo: 2.6 MB for 14 megapixels (deploy/docs/performance.md).
    package static let bytesPerPixel = 0.186

    /// Returns the size in a text such as `12MP`, `2.6MB`, `500KB` or `2600000B`; nil for another text and for less
    /// than a pixel.
    package static func parse(_ text: String) -> PictureSize? {
        for (unit, factor) in [("MP", 0.0), ("KB", 1e3), ("MB", 1e6), ("B", 1.0)] {
            guard text.uppercased().hasSuffix(unit) else { continue }
            guard let number = PictureRate.number(String(text.dropLast(unit.count))), number < 1e12 else {
                return nil
            }
            let pixels = factor == 0 ? number * 1e6 : number * factor / bytesPerPixel
            guard pixels >= 1 else { return nil }
            return PictureSize(pixels: Int(pixels), bytes: Int(pixels * bytesPerPixel))
        }
        return nil
    }
}
