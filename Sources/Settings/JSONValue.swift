// SPDX-License-Identifier: Apache-2.0

/// A JSON value as it was written: members in order, numbers as text, so that nothing is lost before a
/// setting decides what it takes.
package indirect enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// The literal, valid by RFC 8259, 6.
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([Member])

    package struct Member: Sendable, Equatable {
        package var name: String
        package var value: JSONValue
        /// Where the name stands, counted from 1; 0 when it was not read from a text.
        package var line: Int

        package init(_ name: String, _ value: JSONValue, line: Int = 0) {
            self.name = name
            self.value = value
            self.line = line
        }
    }

    /// On one line, for messages.
    package var compact: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .number(let literal): literal
        case .string(let text): Self.quoted(text)
        case .array(let values): "[" + values.map(\.compact).joined(separator: ", ") + "]"
        case .object(let members):
            "{" + members.map { "\(Self.quoted($0.name)): \($0.value.compact)" }.joined(separator: ", ") + "}"
        }
    }

    /// As a file for people: one member a line, four spaces a level, lists on one line.
    package func pretty(indentation: Int = 0) -> String {
        guard case .object(let members) = self, !members.isEmpty else { return compact }
        let inner = String(repeating: " ", count: indentation + 4)
        let lines = members.map {
            "\(inner)\(Self.quoted($0.name)): \($0.value.pretty(indentation: indentation + 4))"
        }
        return "{\n" + lines.joined(separator: ",\n") + "\n" + String(repeating: " ", count: indentation)
            + "}"
    }

    private static func quoted(_ text: String) -> String {
        var out = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": out += "\\\""
            case "\\": out += "\\\\"
            case "\n": out += "\\n"
            case _ where scalar.value < 0x20 || scalar.value == 0x7f:
                let digits = String(scalar.value, radix: 16)
                out += "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            default: out.unicodeScalars.append(scalar)
            }
        }
        return out + "\""
    }
}
