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

    /// The text as a JSON string (RFC 8259, 7), including the quotation marks. Characters that are not
    /// `Unicode.Scalar.isInert` are escaped in addition to the characters that JSON requires, so that the string is one
    /// line for every program and has no effect on a terminal.
    package var jsonString: String {
        var out = "\""
        for scalar in unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case "\r": out += "\\r"
            case "\t": out += "\\t"
            case _ where scalar.isInert: out.unicodeScalars.append(scalar)
            default:
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
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

    /// True when the character affects neither the lines of a text nor the state of a terminal nor the order in which
    /// other characters are shown. It is false for control characters (general category Cc), the line and paragraph
    /// separators, and the characters of the bidirectional algorithm (Unicode Standard Annex #9, 2), all of which are
    /// below U+10000.
    package var isInert: Bool {
        switch value {
        case 0..<0x20, 0x7f..<0xa0, 0x61c, 0x200e...0x200f, 0x2028...0x202e, 0x2066...0x2069: false
        default: true
        }
    }
}
