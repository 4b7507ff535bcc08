// SPDX-License-Identifier: Apache-2.0

/// The conversion between bytes and hexadecimal digits.
package enum Hex {
    /// Returns `bytes` as hexadecimal digits: two lower-case digits for each byte, as AWS writes digests and
    /// signatures.
    package static func encode(_ bytes: [UInt8]) -> String {
        String(unsafeUninitializedCapacity: bytes.count * 2) { out in
            var index = 0
            for byte in bytes {
                out[index] = digit(byte >> 4)
                out[index + 1] = digit(byte & 15)
                index += 2
            }
            return index
        }
    }

    /// Returns the bytes of hexadecimal digits; nil when the text has another character or an odd number of them.
    package static func decode(_ text: String) -> [UInt8]? {
        let digits = text.utf8.compactMap(value(ofDigit:))
        guard digits.count == text.utf8.count, digits.count.isMultiple(of: 2) else { return nil }
        return stride(from: 0, to: digits.count, by: 2).map { digits[$0] << 4 | digits[$0 + 1] }
    }

    /// Returns the value 0...15 of a hexadecimal digit in ASCII, upper case or lower case, or nil when `byte` is not
    /// such a digit.
    package static func value(ofDigit byte: UInt8) -> UInt8? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
        case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
        case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
        default: nil
        }
    }

    private static func digit(_ value: UInt8) -> UInt8 {
        value + (value < 10 ? UInt8(ascii: "0") : UInt8(ascii: "a") - 10)
    }
}
