// SPDX-License-Identifier: Apache-2.0

package import PNG
package import Pixels

/// The way in which the picture of a PNG file is reduced. With `MetadataPolicy.reference` it is Pillow's.
extension PNGHeader {
    /// The layout of the rows that are reduced.
    package func layout(_ policy: MetadataPolicy) -> PNGLayout {
        if colorType == .gray && depth == 16 && transparency == nil { return .gray16 }
        // Single pixels are the same before and after the conversion to colours.
        return policy == .upright || colorType == .palette ? colorLayout : storedLayout
    }

    /// True when cells have the colours of single pixels and not averages.
    package func isSampled(_ policy: MetadataPolicy) -> Bool { policy == .reference && isPointSampled }

    /// The colour model of the grids.
    package func color(_ policy: MetadataPolicy) -> ColorModel {
        switch layout(policy) {
        case .gray where hasKey(policy), .grayAlpha: .grayAlpha
        case .gray16 where hasKey(policy): .grayAlpha
        case .rgbx where hasKey(policy), .rgba: .rgba
        case .gray, .index: .gray
        case .gray16: .gray16
        case .rgbx: .rgb
        }
    }

    /// True when the averages that equal the transparent colour of the file are transparent, instead of the averages of
    /// transparent pixels. This is what Pillow makes of a tRNS chunk of a picture without a palette.
    package func hasKey(_ policy: MetadataPolicy) -> Bool {
        policy == .reference && transparency != nil && colorType != .palette
    }
}
