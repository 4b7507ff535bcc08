// SPDX-License-Identifier: Apache-2.0

/// The meaning of the samples of a cell. A sample is a byte, unless the case says otherwise.
package enum ColorModel: UInt8, Sendable, CaseIterable {
    /// One sample: the luminance.
    case gray
    /// One sample of 16 bits: two bytes, of which the first is the more significant one. The luminance.
    case gray16
    /// Two samples: the luminance, and alpha, where 0 is transparent. The luminance is not premultiplied.
    case grayAlpha
    /// Three samples: red, green and blue.
    case rgb
    /// Four samples: red, green, blue, and alpha, where 0 is transparent. The colours are not premultiplied.
    case rgba
    /// Four samples: cyan, magenta, yellow and black, where 0 is no ink.
    case cmyk

    /// Creates the colour model without alpha of a cell of 1, 3 or 4 samples.
    package init(components: Int) {
        switch components {
        case 1: self = .gray
        case 3: self = .rgb
        case 4: self = .cmyk
        default: preconditionFailure("no colour model has \(components) components")
        }
    }

    /// The number of bytes of a cell.
    package var bands: Int {
        switch self {
        case .gray: 1
        case .gray16, .grayAlpha: 2
        case .rgb: 3
        case .rgba, .cmyk: 4
        }
    }

    /// True when a cell has a colour that is not gray.
    package var hasColor: Bool { [.rgb, .rgba, .cmyk].contains(self) }

    /// True when the last sample of a cell is alpha.
    package var hasAlpha: Bool { self == .grayAlpha || self == .rgba }
}
