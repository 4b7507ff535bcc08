// SPDX-License-Identifier: Apache-2.0

extension StringProtocol {
    /// The text with `?` in the place of each control character (general category Cc), for lines of a log: object
    /// keys, version ids and headers come from outside.
    package var withoutControlCharacters: String {
        func isControl(_ scalar: Unicode.Scalar) -> Bool {
            scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value)
        }
        guard unicodeScalars.contains(where: isControl) else { return String(self) }
        return String(String.UnicodeScalarView(unicodeScalars.map { isControl($0) ? "?" : $0 }))
    }

    /// The text as a JSON string (RFC 8259, 7) with its quotation marks. Control characters, DEL and the line
    /// separators U+2028 and U+2029 are escaped, so that the string has one line everywhere.
    package var jsonString: String {
        var out = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case _
            where scalar.value < 0x20 || scalar.value == 0x7f || scalar.value == 0x2028
                || scalar.value == 0x2029:
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}
