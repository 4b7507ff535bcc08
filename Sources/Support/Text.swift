// SPDX-License-Identifier: Apache-2.0

extension StringProtocol {
    /// The text with each control character (Unicode general category Cc) replaced by `?`. Untrusted texts such as
    /// object keys, version ids and headers can be part of a log line in this form.
    package var withoutControlCharacters: String {
        guard hasControlCharacters else { return String(self) }
        return String(String.UnicodeScalarView(unicodeScalars.map { $0.isControl ? "?" : $0 }))
    }

    /// True when the text has a control character (Unicode general category Cc).
    package var hasControlCharacters: Bool { unicodeScalars.contains(where: \.isControl) }

    /// Returns the beginning of the text that has at most `maximumBytes` bytes of UTF-8. It ends with a complete
    /// Unicode scalar and not necessarily with a complete character, because one character can consist of any number of
    /// scalars.
    package func truncated(toBytes maximumBytes: Int) -> String {
        let bytes = Array(utf8.prefix(maximumBytes + 1))
        guard bytes.count > maximumBytes else { return String(self) }
        var end = maximumBytes
        while end > 0, bytes[end] & 0xC0 == 0x80 { end -= 1 }
        return String(decoding: bytes[..<end], as: UTF8.self)
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

extension Unicode.Scalar {
    fileprivate var isControl: Bool { value < 0x20 || (0x7f..<0xa0).contains(value) }
}
