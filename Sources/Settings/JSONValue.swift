// SPDX-License-Identifier: Apache-2.0

import Support

/// A JSON value that keeps the order of members and the text of numbers. Each setting converts the text of a number to
/// its own type.
package indirect enum JSONValue: Sendable, Equatable {
    case null
    case bool(Bool)
    /// A number, as the text in the JSON (RFC 8259, 6).
    case number(String)
    case string(String)
    case array([JSONValue])
    case object([Member])

    package struct Member: Sendable, Equatable {
        package var name: String
        package var value: JSONValue
        /// The line of the member's name in the parsed text, counted from 1; 0 for a member that was not parsed.
        package var line: Int

        package init(_ name: String, _ value: JSONValue, line: Int = 0) {
            self.name = name
            self.value = value
            self.line = line
        }
    }

    /// The value as JSON on one line.
    package var compact: String {
        switch self {
        case .null: "null"
        case .bool(let value): value ? "true" : "false"
        case .number(let literal): literal
        case .string(let text): text.jsonString
        case .array(let values): "[" + values.map(\.compact).joined(separator: ", ") + "]"
        case .object(let members):
            "{" + members.map { "\($0.name.jsonString): \($0.value.compact)" }.joined(separator: ", ") + "}"
        }
    }

    /// Returns the value as indented JSON: one member in each line, four spaces for each level, and lists on one line.
    package func pretty(indentation: Int = 0) -> String {
        guard case .object(let members) = self, !members.isEmpty else { return compact }
        let inner = String(repeating: " ", count: indentation + 4)
        let lines = members.map {
            "\(inner)\($0.name.jsonString): \($0.value.pretty(indentation: indentation + 4))"
        }
        return "{\n" + lines.joined(separator: ",\n") + "\n" + String(repeating: " ", count: indentation)
            + "}"
    }
}
