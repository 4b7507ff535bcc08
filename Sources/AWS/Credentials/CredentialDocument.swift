// SPDX-License-Identifier: Apache-2.0

import FoundationEssentials

/// The members of a JSON object, as metadata services and credential processes return it.
///
/// Of members with the same name the last one counts, as in most JSON parsers, and values of unexpected types do no
/// harm. With `JSONDecoder` alone the first one would count, so that an access key id and a secret of two identities
/// could be combined.
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

    /// Parses a JSON text. The result is nil when it is not a JSON object.
    init?(_ bytes: [UInt8]) {
        // The decoder has checked the syntax, so that the members only need to be separated.
        guard (try? JSONDecoder().decode([String: Value].self, from: Data(bytes))) != nil else { return nil }
        for member in Self.members(of: bytes) {
            guard let name = try? JSONDecoder().decode(String.self, from: Data(member.name)),
                let value = try? JSONDecoder().decode(Value.self, from: Data(member.value))
            else { return nil }
            members[name] = value
        }
    }

    /// Separates the members of a valid JSON object, without those of objects inside it.
    private static func members(of bytes: [UInt8]) -> [(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)] {
        var found: [(name: ArraySlice<UInt8>, value: ArraySlice<UInt8>)] = []
        var depth = 0
        var isInString = false
        var isEscaped = false
        var begin = bytes.startIndex
        var name = bytes[..<begin]
        for (index, byte) in bytes.enumerated() {
            if isInString {
                if isEscaped {
                    isEscaped = false
                } else if byte == UInt8(ascii: "\\") {
                    isEscaped = true
                } else {
                    isInString = byte != UInt8(ascii: "\"")
                }
                continue
            }
            switch byte {
            case UInt8(ascii: "\""): isInString = true
            case UInt8(ascii: "{"), UInt8(ascii: "["):
                depth += 1
                if depth == 1 { begin = index + 1 }
            case UInt8(ascii: ":") where depth == 1:
                name = bytes[begin..<index]
                begin = index + 1
            case UInt8(ascii: ","), UInt8(ascii: "}"), UInt8(ascii: "]"):
                // A comma before the closing brace ends no member.
                if depth == 1, !name.isEmpty { found.append((name, bytes[begin..<index])) }
                if depth == 1 {
                    name = bytes[..<bytes.startIndex]
                    begin = index + 1
                }
                if byte != UInt8(ascii: ",") { depth -= 1 }
            default: break
            }
        }
        return found
    }
}
