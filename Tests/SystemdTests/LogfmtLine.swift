// SPDX-License-Identifier: Apache-2.0

/// A line of logfmt, read by a parser that accepts only what the strictest readers accept: keys of graphic ASCII
/// characters, values without white space, equals signs, quotation marks and backslashes, and values in quotation marks
/// with the escapes of JSON strings.
struct LogfmtLine {
    /// The words of the line that are not fields.
    var words: [String] = []
    var fields: [(key: String, value: String)] = []

    /// Parses a line; nil when it is not logfmt.
    init?(_ line: String) {
        var rest = line.unicodeScalars[...]
        while let first = rest.first {
            guard first != " " else {
                rest.removeFirst()
                continue
            }
            let key = Self.take(&rest) { Self.isBare($0) }
            guard !key.isEmpty else { return nil }
            guard rest.first == "=" else {
                guard rest.isEmpty || rest.first == " " else { return nil }
                words.append(key)
                continue
            }
            rest.removeFirst()
            guard key.unicodeScalars.allSatisfy(\.isASCII), let value = Self.value(&rest),
                rest.isEmpty || rest.first == " "
            else { return nil }
            fields.append((key, value))
        }
    }

    private static func value(_ rest: inout Substring.UnicodeScalarView) -> String? {
        guard rest.first == "\"" else {
            let value = take(&rest) { isBare($0) && $0.isASCII }
            return value.isEmpty ? nil : value
        }
        rest.removeFirst()
        var out = String.UnicodeScalarView()
        while let scalar = rest.popFirst() {
            switch scalar {
            case "\"": return String(out)
            case "\\":
                switch rest.popFirst() {
                case "\"": out.append("\"")
                case "\\": out.append("\\")
                case "n": out.append("\n")
                case "r": out.append("\r")
                case "t": out.append("\t")
                case "u":
                    let digits = String(rest.prefix(4))
                    rest = rest.dropFirst(4)
                    guard digits.utf8.count == 4, let number = UInt32(digits, radix: 16),
                        let escaped = Unicode.Scalar(number)
                    else { return nil }
                    out.append(escaped)
                default: return nil
                }
            // A reader of lines or a terminal would act on these.
            case _ where scalar.properties.generalCategory == .control: return nil
            case "\u{2028}", "\u{2029}": return nil
            case _ where scalar.properties.isBidiControl: return nil
            default: out.append(scalar)
            }
        }
        return nil
    }

    private static func isBare(_ scalar: Unicode.Scalar) -> Bool {
        scalar.value > 0x20 && scalar != "\"" && scalar != "=" && scalar != "\\"
            && scalar.properties.generalCategory != .control && !scalar.properties.isBidiControl
            && scalar != "\u{2028}" && scalar != "\u{2029}"
    }

    private static func take(
        _ rest: inout Substring.UnicodeScalarView, while matches: (Unicode.Scalar) -> Bool
    ) -> String {
        let part = rest.prefix(while: matches)
        rest = rest[part.endIndex...]
        return String(part)
    }
}
