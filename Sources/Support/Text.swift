// SPDX-License-Identifier: Apache-2.0

extension StringProtocol {
    /// The text with each control character (Unicode general category Cc) replaced by `?`. Untrusted texts such as
    /// object keys, version ids and headers can be part of a log line in this form.
    package var withoutControlCharacters: String {
        func isControl(_ scalar: Unicode.Scalar) -> Bool {
            scalar.value < 0x20 || (0x7f..<0xa0).contains(scalar.value)
        }
        guard unicodeScalars.contains(where: isControl) else { return String(self) }
        return String(String.UnicodeScalarView(unicodeScalars.map { isControl($0) ? "?" : $0 }))
    }

    /// The text as a JSON string (RFC 8259, 7), including the quotation marks. DEL, U+2028 and U+2029 (line and
    /// paragraph separator) are escaped in addition to the characters that JSON requires, so that the string is one
    /// line for every program.
    package var jsonString: String {
        var out = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case "\u{0}"..<"\u{20}", "\u{7f}", "\u{2028}", "\u{2029}":
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }

    /// Returns the Levenshtein distance to another text: the minimum number of insertions, deletions and substitutions
    /// of bytes (UTF-8).
    package func editDistance(to other: some StringProtocol) -> Int {
        let right = Array(other.utf8)
        var row = Array(0...right.count)
        for (i, left) in utf8.enumerated() {
            var diagonal = row[0]
            row[0] = i + 1
            for j in right.indices {
                let substituted = diagonal + (left == right[j] ? 0 : 1)
                diagonal = row[j + 1]
                row[j + 1] = Swift.min(substituted, diagonal + 1, row[j] + 1)
            }
        }
        return row[right.count]
    }
}
