// SPDX-License-Identifier: Apache-2.0

/// An opaque colour in sRGB, on which a picture with alpha is placed when the format of its outputs has no alpha.
package struct BackgroundColor: Sendable, Equatable, CustomStringConvertible {
    package static let white = BackgroundColor(red: 255, green: 255, blue: 255)

    package var red, green, blue: UInt8

    package init(red: UInt8, green: UInt8, blue: UInt8) {
        (self.red, self.green, self.blue) = (red, green, blue)
    }

    /// Creates a colour from a text such as `#ffffff`; nil if the text is not a number sign and 6 hexadecimal digits.
    package init?(_ text: String) {
        let digits = text.utf8.dropFirst()
        guard text.utf8.first == UInt8(ascii: "#"), digits.count == 6,
            digits.allSatisfy({ Character(UnicodeScalar($0)).isHexDigit }),
            let value = UInt32(text.dropFirst(), radix: 16)
        else { return nil }
        red = UInt8(truncatingIfNeeded: value >> 16)
        green = UInt8(truncatingIfNeeded: value >> 8)
        blue = UInt8(truncatingIfNeeded: value)
    }

    package var description: String {
        "#" + [red, green, blue].map { ($0 < 16 ? "0" : "") + String($0, radix: 16) }.joined()
    }
}
