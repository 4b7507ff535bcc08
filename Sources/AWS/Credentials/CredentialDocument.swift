// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials
import Support

/// The members of a JSON object, as metadata services and credential processes return it.
///
/// Of members with the same name the last one counts, as in most JSON parsers, and values of unexpected types do no
/// harm, nor do the numbers `NaN` and `Infinity`, which the JSON writer of Python makes, and nesting of any depth. With
/// `JSONDecoder` alone the first one of several members would count, so that an access key id and a secret of two
/// identities could be combined.
struct CredentialDocument {
    enum Value: Decodable, Equatable {
        case null
        case string(String)
        case number(Double)
        /// An array, an object, true or false.
        case other

        init(from decoder: any Decoder) throws {
            let container = try decoder.singleValueContainer()
            if container.decodeNil() {
                self = .null
            } else if let text = try? container.decode(String.self) {
                self = .string(text)
            } else if let number = try? container.decode(Double.self) {
                self = .number(number)
            } else {
                self = .other
            }
        }
    }

    private var members: [String: Value] = [:]

    /// The value of a member; nil when it is absent.
    subscript(name: String) -> Value? { members[name] }

    /// The text of a member; nil when it is absent or not a string.
    func text(_ name: String) -> String? {
        guard case .string(let text) = members[name] else { return nil }
        return text
    }

    /// Parses a JSON text. The result is nil when it is not a JSON object. The syntax inside the arrays and objects in
    /// it is not checked.
    init?(_ bytes: [UInt8]) {
        let bytes = Self.withoutOtherValues(bytes)
        // The decoder has checked the syntax, so that the members only need to be separated.
        guard (try? JSONDecoder().decode([String: Value].self, from: Data(bytes))) != nil else { return nil }
        for member in JSONMembers.members(of: bytes) {
            guard let name = try? JSONDecoder().decode(String.self, from: Data(member.name)),
                let value = try? JSONDecoder().decode(Value.self, from: Data(member.value))
            else { return nil }
            members[name] = value
        }
    }

    /// Returns a JSON text with `true` in place of each array and object inside the outermost object, and of each
    /// number that JSON does not have. All of them are `Value.other`.
    private static func withoutOtherValues(_ bytes: [UInt8]) -> [UInt8] {
        let numbers = ["NaN", "Infinity", "-Infinity"].map { Array($0.utf8) }
        var out: [UInt8] = []
        var depth = 0
        var isInString = false
        var index = bytes.startIndex
        while index < bytes.endIndex {
            let start = index
            let byte = bytes[index]
            index += 1
            if isInString {
                if byte == UInt8(ascii: "\\") { index = min(index + 1, bytes.endIndex) }
                isInString = byte != UInt8(ascii: "\"")
            } else {
                switch byte {
                case UInt8(ascii: "\""): isInString = true
                case UInt8(ascii: "{"), UInt8(ascii: "["):
                    depth += 1
                    if depth == 2 { out += Array("true".utf8) }
                case UInt8(ascii: "}"), UInt8(ascii: "]"):
                    depth -= 1
                    if depth == 1 { continue }
                default:
                    if depth == 1, let number = numbers.first(where: bytes[start...].starts(with:)) {
                        out += Array("true".utf8)
                        index = start + number.count
                        continue
                    }
                }
            }
            if depth < 2 { out += bytes[start..<index] }
        }
        // An array or object without its end is an error and not a value.
        return depth == 0 ? out : bytes
    }
}
