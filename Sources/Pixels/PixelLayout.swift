// SPDX-License-Identifier: Apache-2.0

/// How the samples of a picture lie in a decoded row.
package enum PixelLayout: String, Sendable, CaseIterable {
    /// One byte a pixel.
    case gray
    /// Red, green, blue and one byte that is ignored.
    case rgbx
    /// Cyan, magenta, yellow, black as the decoder gives them; Adobe stores them inverted, and the reference
    /// inverts what it reads and what it writes, whether Adobe wrote it or not.
    case cmyk

    /// Bytes a pixel in a row.
    package var stride: Int { self == .gray ? 1 : 4 }
    /// Samples a cell in a grid.
    package var bands: Int {
        switch self {
        case .gray: 1
        case .rgbx: 3
        case .cmyk: 4
        }
    }
}
