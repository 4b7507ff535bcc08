// SPDX-License-Identifier: Apache-2.0

import CPlainPNG
import Glibc
import PNG
import PNGDecoder
import Scripted
import Support

/// A picture with random pixels, in one of the formats of PNG, and its file.
struct PlainPNG {
    var width: Int
    var height: Int
    var colorType: PNGHeader.ColorType
    var depth: Int
    var isInterlaced: Bool
    var palette: [UInt8] = []
    var transparency: [UInt8] = []
    /// The rows as stored, packed.
    var pixels: [UInt8] = []

    static let limits = PNGLimits(
        pixels: 100_000_000, chunks: 1000, memoryBytes: 512 << 20, acceptsTruncated: false)

    /// All colour types with their depths.
    static let formats: [(PNGHeader.ColorType, Int)] = [
        (.gray, 1), (.gray, 2), (.gray, 4), (.gray, 8), (.gray, 16), (.rgb, 8), (.rgb, 16), (.palette, 1),
        (.palette, 2), (.palette, 4), (.palette, 8), (.grayAlpha, 8), (.grayAlpha, 16), (.rgba, 8),
        (.rgba, 16),
    ]

    var rowBytes: Int { (width * colorType.samples * depth + 7) / 8 }

    init(
        _ format: (PNGHeader.ColorType, Int), width: Int, height: Int, isInterlaced: Bool, isKeyed: Bool,
        _ random: inout SplitMix
    ) {
        (colorType, depth) = format
        (self.width, self.height, self.isInterlaced) = (width, height, isInterlaced)
        // Few values, so that the transparent colour occurs.
        let values = (0..<5).map { _ in UInt8.random(in: 0...255, using: &random) }
        pixels = (0..<rowBytes * height).map { _ in values.randomElement(using: &random) ?? 0 }
        switch colorType {
        case .palette:
            palette = (0..<3 << depth).map { _ in UInt8.random(in: 0...255, using: &random) }
            let count = Int.random(in: 1...1 << depth, using: &random)
            if isKeyed { transparency = (0..<count).map { _ in UInt8.random(in: 0...255, using: &random) } }
        case .gray where isKeyed:
            let sample = depth == 16 ? Array(pixels.prefix(2)) : [0, pixels[0] >> UInt8(8 - depth)]
            transparency = sample
        case .rgb where isKeyed:
            transparency = depth == 16 ? Array(pixels.prefix(6)) : pixels.prefix(3).flatMap { [0, $0] }
        default: break
        }
    }

    /// The file, by libpng.
    func file() -> [UInt8] {
        palette.withUnsafeBufferPointer { colors in
            transparency.withUnsafeBufferPointer { transparent in
                var picture = plain_png()
                picture.width = UInt32(width)
                picture.height = UInt32(height)
                picture.color_type = Int32(colorType.rawValue)
                picture.depth = Int32(depth)
                picture.interlaced = isInterlaced
                picture.colors = Int32(colors.count / 3)
                picture.palette = colors.baseAddress
                picture.transparency_bytes = Int32(transparent.count)
                picture.transparency = transparent.baseAddress
                var start: UnsafeMutablePointer<UInt8>?
                let count = plain_png_encode(&picture, pixels, &start)
                defer { free(start) }
                return Array(UnsafeBufferPointer(start: start, count: count))
            }
        }
    }

    /// Returns the rows of a file, decoded by `PNGReader`, and true if the file ended early.
    static func rows(
        _ file: [UInt8], stored: Bool = false, limits: PNGLimits = limits,
        deadline: ContinuousClock.Instant? = nil, cancellation: Cancellation? = nil
    ) throws(PNGError) -> (header: PNGHeader, bytes: [UInt8], isCut: Bool) {
        let header = try PNGHeader(of: file.span, limits: limits)
        let layout = stored ? header.storedLayout : header.colorLayout
        var bytes = [UInt8](repeating: 0x77, count: header.width * header.height * layout.stride)
        let isCut = try file.withUnsafeBufferPointer { (file) throws(PNGError) -> Bool in
            var reader = try PNGReader(
                file, header: header, layout: layout, limits: limits, deadline: deadline,
                cancellation: cancellation)
            try reader.start()
            let rowBytes = reader.rowBytes
            try bytes.withUnsafeMutableBufferPointer { (bytes) throws(PNGError) in
                for row in 0..<header.height {
                    try reader.readRow(
                        UnsafeMutableBufferPointer(rebasing: bytes[row * rowBytes..<(row + 1) * rowBytes]))
                }
            }
            return reader.wasTruncated
        }
        return (header, bytes, isCut)
    }

    /// Returns rows of a layout as red, green, blue and alpha.
    static func rgba(_ bytes: [UInt8], _ layout: PNGLayout) -> [UInt8] {
        switch layout {
        case .gray: bytes.flatMap { [$0, $0, $0, 255] }
        case .grayAlpha:
            stride(from: 0, to: bytes.count, by: 2).flatMap {
                [bytes[$0], bytes[$0], bytes[$0], bytes[$0 + 1]]
            }
        case .rgbx, .rgba: bytes
        case .index, .gray16: []
        }
    }
}
