// SPDX-License-Identifier: Apache-2.0

/// The order of the samples of a pixel in a decoded row.
package enum PixelLayout: String, Sendable, CaseIterable {
    /// One byte: the luminance.
    case gray
    /// Four bytes: the luminance three times, and alpha, where 0 is transparent. The luminance is not premultiplied.
    case grayAlpha
    /// Four bytes: red, green, blue, and one that is ignored.
    case rgbx
    /// Four bytes: red, green, blue, and alpha, where 0 is transparent. The colours are not premultiplied.
    case rgba
    /// Four bytes: cyan, magenta, yellow and black as stored. Adobe stores them inverted, so that 255 is no ink. Pillow
    /// inverts all CMYK pictures when it reads and when it writes them, with or without Adobe's marker, and so does
    /// this program.
    case cmyk

    /// The number of bytes of a pixel in a decoded row.
    package var stride: Int { self == .gray ? 1 : 4 }
    /// The colour model of the grids of a picture with this layout.
    package var color: ColorModel {
        switch self {
        case .gray: .gray
        case .grayAlpha: .grayAlpha
        case .rgbx: .rgb
        case .rgba: .rgba
        case .cmyk: .cmyk
        }
    }
    /// The number of samples of a cell in a `Grid`.
    package var bands: Int { color.bands }
    /// The number of samples of a pixel that are averaged, the first ones.
    var averaged: Int {
        switch self {
        case .gray: 1
        case .rgbx: 3
        case .grayAlpha, .rgba, .cmyk: 4
        }
    }
}
