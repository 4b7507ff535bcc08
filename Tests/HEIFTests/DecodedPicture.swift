// SPDX-License-Identifier: Apache-2.0

import HEIF
import HEIFDecoder

/// The pixels of a file, 4 bytes each, as `HEIFReader` returns them.
struct DecodedPicture: Equatable {
    var width: Int
    var height: Int
    var pixels: [UInt8]

    static let limits = HEIFLimits(pixels: 1 << 20, boxes: 1000, memoryBytes: 1 << 30)

    init(width: Int, height: Int, pixel: (_ x: Int, _ y: Int) -> ArraySlice<UInt8>) {
        (self.width, self.height) = (width, height)
        pixels = []
        for y in 0..<height { for x in 0..<width { pixels += pixel(x, y) } }
    }

    init(_ file: [UInt8], limits: HEIFLimits = limits) throws(HEIFError) {
        let header = try HEIFHeader(of: file.span, limits: limits)
        var pixels: [UInt8] = []
        try file.withUnsafeBufferPointer { bytes throws(HEIFError) in
            var reader = try HEIFReader(bytes, header: header, limits: limits)
            let row = UnsafeMutableBufferPointer<UInt8>.allocate(capacity: 4 * header.width)
            defer { row.deallocate() }
            for _ in 0..<header.height {
                try reader.readRow(row)
                pixels += row
            }
        }
        (width, height, self.pixels) = (header.width, header.height, pixels)
    }

    /// The four bytes of a pixel.
    subscript(_ x: Int, _ y: Int) -> ArraySlice<UInt8> {
        let at = 4 * (y * width + x)
        return pixels[at..<at + 4]
    }
}
