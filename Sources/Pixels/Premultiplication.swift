// SPDX-License-Identifier: Apache-2.0

/// The multiplication of colours with their alpha before they are averaged, and the division afterwards: a transparent
/// pixel must not colour a cell. Both round as Pillow's conversions between RGBA and RGBa (libImaging/Convert.c).
enum Premultiplication {
    /// Multiplies the three colours of each pixel with its alpha, c' = c * a / 255, rounded. A pixel has 4 bytes, of
    /// which the last is alpha.
    ///
    /// - Parameters:
    ///   - row: The pixels.
    ///   - count: The number of pixels.
    static func multiply(_ row: UnsafeMutablePointer<UInt8>, _ count: Int) {
        let row = UnsafeMutableRawPointer(row)
        for at in stride(from: 0, to: 4 * count, by: 4) {
            let pixel = UInt32(littleEndian: row.loadUnaligned(fromByteOffset: at, as: UInt32.self))
            let alpha = pixel >> 24
            guard alpha != 255 else { continue }
            // Red, blue and green, each with 16 bits, in one multiplication: Pillow's MULDIV255 is
            // t = c * a + 128, (t + (t >> 8)) >> 8, and t + (t >> 8) is below 2^16.
            let colors = UInt64(pixel & 0x00FF_00FF) | UInt64(pixel & 0x0000_FF00) << 24
            let products = colors &* UInt64(alpha) &+ 0x80_0080_0080
            let results = (products &+ ((products >> 8) & 0xFF_00FF_00FF)) >> 8
            let result =
                UInt32(truncatingIfNeeded: results & 0x00FF_00FF)
                | UInt32(truncatingIfNeeded: results >> 24) & 0x0000_FF00 | alpha << 24
            row.storeBytes(of: result.littleEndian, toByteOffset: at, as: UInt32.self)
        }
    }

    /// Returns the colour of which `product` is the product with `alpha`, at most 255.
    static func divide(_ product: UInt8, by alpha: UInt8) -> UInt8 {
        alpha == 0 || alpha == 255 ? product : UInt8(min(255, 255 * Int(product) / Int(alpha)))
    }
}
