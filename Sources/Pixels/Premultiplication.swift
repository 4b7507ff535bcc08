// SPDX-License-Identifier: Apache-2.0

/// The division of averages of colours by alpha. The colours are multiplied with it before they are averaged, by a loop
/// of `CPixels`: a transparent pixel must not colour a cell. Both round as Pillow's conversions between RGBA and RGBa
/// (libImaging/Convert.c).
enum Premultiplication {
    /// Returns the colour of which `product` is the product with `alpha`, at most 255.
    static func divide(_ product: UInt8, by alpha: UInt8) -> UInt8 {
        alpha == 0 || alpha == 255 ? product : UInt8(min(255, 255 * Int(product) / Int(alpha)))
    }
}
