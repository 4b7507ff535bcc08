// SPDX-License-Identifier: Apache-2.0

/// The header fields of a request or response, in the order of the message. Names of fields are case-insensitive (RFC
/// 9110, 5.1).
package struct Headers: Sendable, Equatable, ExpressibleByDictionaryLiteral {
    /// One field line, `name: value`.
    package struct Field: Sendable, Equatable {
        package var name: String
        package var value: String
    }

    /// The field lines in their order. Several of them can have the same name.
    package private(set) var fields: [Field]

    package init() { fields = [] }

    package init(dictionaryLiteral elements: (String, String)...) {
        fields = elements.map { Field(name: $0.0, value: $0.1) }
    }

    /// The first value of the field `name`, or nil when there is no such field. An assigned value replaces all values
    /// of the field; nil removes all of them.
    package subscript(name: String) -> String? {
        get { fields.first { Self.same($0.name, name) }?.value }
        set {
            guard let newValue else {
                fields.removeAll { Self.same($0.name, name) }
                return
            }
            guard let first = fields.firstIndex(where: { Self.same($0.name, name) }) else {
                fields.append(Field(name: name, value: newValue))
                return
            }
            fields[first].value = newValue
            var seen = false
            fields.removeAll { field in
                guard Self.same(field.name, name) else { return false }
                defer { seen = true }
                return seen
            }
        }
    }

    /// Returns the values of all field lines with the name `name`, in their order.
    package func values(of name: String) -> [String] {
        fields.filter { Self.same($0.name, name) }.map(\.value)
    }

    /// Appends a field line. Existing lines of the same name are kept.
    package mutating func add(_ name: String, _ value: String) {
        fields.append(Field(name: name, value: value))
    }

    /// The reason why the fields cannot be sent, or nil when they are valid. A name must be a token, and a value must
    /// not contain CR, LF or NUL, because untrusted data could begin another field with these (RFC 9110, 5.5). The
    /// reason does not contain the value of a field, because the value can be a secret.
    package var problem: String? {
        for field in fields {
            guard !field.name.isEmpty, field.name.utf8.allSatisfy(Self.isTokenByte) else {
                return "header name \"\(field.name.filter { $0.isASCII && !$0.isNewline })\" is not a token"
            }
            guard field.value.utf8.allSatisfy({ $0 != 0 && $0 != 10 && $0 != 13 }) else {
                return "the value of header \(field.name) contains CR, LF or NUL"
            }
        }
        return nil
    }

    /// Returns true when `byte` is an ASCII character that a token can contain (`tchar` of RFC 9110, 5.6.2).
    private static func isTokenByte(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"):
            true
        default: "!#$%&'*+.^_`|~".utf8.contains(byte)
        }
    }

    /// Returns true when two field names are equal. The case of the letters A-Z is ignored.
    private static func same(_ a: String, _ b: String) -> Bool {
        a.utf8.count == b.utf8.count && zip(a.utf8, b.utf8).allSatisfy { lowered($0) == lowered($1) }
    }

    private static func lowered(_ byte: UInt8) -> UInt8 {
        (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(byte) ? byte | 0x20 : byte
    }
}
