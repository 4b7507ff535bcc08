// SPDX-License-Identifier: Apache-2.0

import Pixels

extension PNGRaster {
    /// Returns the formats that show a grid exactly and may have the smallest file.
    ///
    /// - Parameters:
    ///   - grid: The grid, of any colour model but CMYK.
    ///   - keepsColorSpace: True when gray stays gray and colours stay colours, because a profile belongs to either.
    static func formats(of grid: Grid, keepsColorSpace: Bool) -> [Format] {
        if grid.color == .gray16 {
            let (samples, count) = (grid.samples, grid.size * grid.size)
            let cells = (0..<count).map { UInt32(samples[2 * $0]) | UInt32(samples[2 * $0 + 1]) << 8 }
            return [Format(colorType: .gray, depth: 16, cells: cells)]
        }
        let pixels = rgba(grid)
        let isOpaque = pixels.allSatisfy { $0 >> 24 == 255 }
        let isGray = pixels.allSatisfy { $0 & 0xFF == $0 >> 8 & 0xFF && $0 & 0xFF == $0 >> 16 & 0xFF }
        let hasGrayModel = grid.color == .gray || grid.color == .grayAlpha
        let becomesGray = isGray && (hasGrayModel || !keepsColorSpace)

        var formats: [Format] = []
        if becomesGray, isOpaque {
            let levels = pixels.map { $0 & 0xFF }
            // A sample of fewer bits stands for the multiple of 255, 85 or 17 that all decoders make of it.
            let depth = [(1, 255), (2, 85), (4, 17)].first { step in levels.allSatisfy { $0 % step.1 == 0 } }
            let (bits, step) = depth.map { ($0.0, UInt32($0.1)) } ?? (8, 1)
            formats.append(Format(colorType: .gray, depth: bits, cells: levels.map { $0 / step }))
            // Cells that do not begin at whole bytes may be shorter in bytes of their own.
            if bits < 8 { formats.append(Format(colorType: .gray, depth: 8, cells: levels)) }
        } else if becomesGray {
            if let key = key(of: pixels) {
                formats.append(
                    Format(
                        colorType: .gray, depth: 8, transparency: [0, UInt8(key & 0xFF)],
                        cells: pixels.map { $0 & 0xFF }))
            }
            formats.append(
                Format(colorType: .grayAlpha, depth: 8, cells: pixels.map { $0 & 0xFF | ($0 >> 24) << 8 }))
        } else if isOpaque {
            formats.append(Format(colorType: .rgb, depth: 8, cells: pixels.map { $0 & 0xFF_FFFF }))
        } else {
            if let key = key(of: pixels) {
                formats.append(
                    Format(
                        colorType: .rgb, depth: 8,
                        transparency: (0..<3).flatMap { [0, UInt8(truncatingIfNeeded: key >> (8 * $0))] },
                        cells: pixels.map { $0 & 0xFF_FFFF }))
            }
            formats.append(Format(colorType: .rgba, depth: 8, cells: pixels))
        }
        // The profile of a palette picture is one of colours (PNG, 11.3.3.3).
        if !keepsColorSpace || !hasGrayModel, let palette = palette(of: pixels),
            palette.pixelBits < formats[0].pixelBits
        {
            formats.append(palette)
        }
        return formats
    }

    /// Returns the one pixel that is transparent, if it shares its colour with no other one, and all others are opaque:
    /// that colour can then stand for transparency in the tRNS chunk (PNG, 11.3.1.1).
    private static func key(of pixels: [UInt32]) -> UInt32? {
        guard let key = pixels.first(where: { $0 >> 24 == 0 }) else { return nil }
        let isKey = pixels.allSatisfy { $0 == key || $0 >> 24 == 255 && $0 & 0xFF_FFFF != key }
        return isKey ? key : nil
    }

    /// Returns the cells of a grid as red, green, blue and alpha, of which red is in the lowest bits.
    private static func rgba(_ grid: Grid) -> [UInt32] {
        let (bands, samples) = (grid.bands, grid.samples)
        return stride(from: 0, to: samples.count, by: bands).map { at in
            func sample(_ band: Int) -> UInt32 { UInt32(samples[at + band]) }
            switch grid.color {
            case .gray: return sample(0) * 0x01_0101 | 0xFF00_0000
            case .grayAlpha: return sample(0) * 0x01_0101 | sample(1) << 24
            case .rgb: return sample(0) | sample(1) << 8 | sample(2) << 16 | 0xFF00_0000
            case .rgba: return sample(0) | sample(1) << 8 | sample(2) << 16 | sample(3) << 24
            case .gray16, .cmyk: preconditionFailure("not 8 bits a sample, or CMYK")
            }
        }
    }

    /// Returns the cells as indices of a palette; nil if they have more than 256 colours. The colours are in the order
    /// of their appearance, so that the indices of new colours grow by 1 from cell to cell, which filter Sub turns into
    /// equal bytes.
    private static func palette(of pixels: [UInt32]) -> Format? {
        var indices: [UInt32: UInt32] = [:]
        var colors: [UInt32] = []
        var cells: [UInt32] = []
        cells.reserveCapacity(pixels.count)
        for pixel in pixels {
            if let index = indices[pixel] {
                cells.append(index)
                continue
            }
            guard colors.count < 256 else { return nil }
            indices[pixel] = UInt32(colors.count)
            cells.append(UInt32(colors.count))
            colors.append(pixel)
        }
        let depth = [1, 2, 4, 8].first { colors.count <= 1 << $0 } ?? 8
        let opaque = colors.lastIndex { $0 >> 24 < 255 }
        return Format(
            colorType: .palette, depth: depth,
            palette: colors.flatMap { color in (0..<3).map { UInt8(truncatingIfNeeded: color >> (8 * $0)) } },
            transparency: opaque.map { colors[...$0].map { UInt8($0 >> 24) } } ?? [], cells: cells)
    }
}
