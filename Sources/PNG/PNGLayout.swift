// SPDX-License-Identifier: Apache-2.0

/// The order of the samples of a pixel in a decoded row.
package enum PNGLayout: String, Sendable, CaseIterable {
    /// One byte: the luminance, as the upper 8 of 16 bits or scaled from fewer bits.
    case gray
    /// Two bytes: the luminance and alpha, not premultiplied.
    case grayAlpha
    /// Four bytes: red, green, blue and 255.
    case rgbx
    /// Four bytes: red, green, blue and alpha, not premultiplied.
    case rgba
    /// One byte: the index of the colour in the palette.
    case index
    /// Two bytes: the luminance of 16 bits, the upper byte first.
    case gray16

    /// The number of bytes of a pixel.
    package var stride: Int {
        switch self {
        case .gray, .index: 1
        case .grayAlpha, .gray16: 2
        case .rgbx, .rgba: 4
        }
    }
}

extension PNGHeader {
    /// The layout of rows whose colours are to be averaged: palettes become their colours, and transparent colours
    /// alpha.
    package var colorLayout: PNGLayout {
        switch colorType {
        case .gray: transparency == nil ? .gray : .grayAlpha
        case .grayAlpha: .grayAlpha
        case .rgb, .palette: transparency == nil ? .rgbx : .rgba
        case .rgba: .rgba
        }
    }

    /// The layout of rows as Pillow 12.1.1 opens them: palettes are indices, gray of 16 bits keeps them, and a
    /// transparent colour is a colour. Gray of 1 bit is 0 and 255; Pillow samples it as it samples palettes
    /// (`isPointSampled`).
    package var storedLayout: PNGLayout {
        switch colorType {
        case .gray: depth == 16 ? .gray16 : .gray
        case .palette: .index
        case .grayAlpha: depth == 16 ? .rgba : .grayAlpha
        case .rgb: .rgbx
        case .rgba: .rgba
        }
    }

    /// True when Pillow reduces the picture by sampling points instead of averaging: palettes, and gray of 1 bit.
    package var isPointSampled: Bool { colorType == .palette || (colorType == .gray && depth == 1) }

    /// Returns the colours of the palette, 3 bytes each.
    ///
    /// - Parameter bytes: The whole file of which this is the header.
    package func colors(in bytes: Span<UInt8>) -> [UInt8] {
        guard let palette, palette.upperBound <= bytes.count else { return [] }
        return palette.map { bytes[$0] }
    }
}
