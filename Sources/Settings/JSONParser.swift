// SPDX-License-Identifier: Apache-2.0

/// A strict parser of JSON (RFC 8259). In contrast to `JSONDecoder`, it reports the line of an error and rejects
/// duplicate names.
package struct JSONParser {
    package struct Failure: Error, Equatable {
        /// The line of the error, counted from 1.
        package var line: Int
        package var reason: String

        package init(line: Int, reason: String) {
            self.line = line
            self.reason = reason
        }
    }

    /// The maximum depth of nested arrays and objects, so that no input can exhaust the stack.
    private static let maxDepth = 32

    private let bytes: [UInt8]
    private var position = 0
    private var line = 1

    /// Parses `text`, which must be UTF-8 and contain exactly one JSON value, and returns the value.
    package static func parse(_ text: [UInt8]) throws(Failure) -> JSONValue {
        guard String(validating: text, as: UTF8.self) != nil else {
            throw Failure(line: 1, reason: "the file is not UTF-8")
        }
        var parser = JSONParser(bytes: text)
        parser.skipSpace()
        let value = try parser.value(depth: 0)
        parser.skipSpace()
        guard parser.peek == nil else { throw parser.failure("unexpected text after the end of the value") }
        return value
    }

    private init(bytes: [UInt8]) { self.bytes = bytes }

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private func failure(_ reason: String) -> Failure { Failure(line: line, reason: reason) }

    private func unexpected(_ wanted: String) -> Failure {
        guard let byte = peek else { return failure("unexpected end of the file: expected \(wanted)") }
        let found = byte > 0x20 && byte < 0x7f ? "\"\(Unicode.Scalar(byte))\"" : "byte \(byte)"
        return failure("unexpected \(found): expected \(wanted)")
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x09 || byte == 0x0a || byte == 0x0d {
            if byte == 0x0a { line += 1 }
            position += 1
        }
    }

    private mutating func take(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    private mutating func value(depth: Int) throws(Failure) -> JSONValue {
        guard depth < Self.maxDepth else { throw failure("nesting is deeper than \(Self.maxDepth)") }
        switch peek {
        case UInt8(ascii: "{"): return try object(depth: depth)
        case UInt8(ascii: "["): return try array(depth: depth)
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: return try number()
        }
    }

    private mutating func word(_ text: String, _ value: JSONValue) throws(Failure) -> JSONValue {
        guard bytes[position...].starts(with: text.utf8) else { throw unexpected("a value") }
        position += text.utf8.count
        return value
    }

    private mutating func object(depth: Int) throws(Failure) -> JSONValue {
        position += 1
        var members: [JSONValue.Member] = []
        skipSpace()
        if take(UInt8(ascii: "}")) { return .object([]) }
        while true {
            skipSpace()
            guard peek == UInt8(ascii: "\"") else { throw unexpected("a name in quotes") }
            let nameLine = line
            let name = try string()
            guard !members.contains(where: { $0.name == name }) else {
                throw failure("duplicate name \"\(name)\"")
            }
            skipSpace()
            guard take(UInt8(ascii: ":")) else { throw unexpected("\":\"") }
            skipSpace()
            members.append(.init(name, try value(depth: depth + 1), line: nameLine))
            skipSpace()
            if take(UInt8(ascii: "}")) { return .object(members) }
            guard take(UInt8(ascii: ",")) else { throw unexpected("\",\" or \"}\"") }
        }
    }

    private mutating func array(depth: Int) throws(Failure) -> JSONValue {
        position += 1
        var values: [JSONValue] = []
        skipSpace()
        if take(UInt8(ascii: "]")) { return .array([]) }
        while true {
            skipSpace()
            values.append(try value(depth: depth + 1))
            skipSpace()
            if take(UInt8(ascii: "]")) { return .array(values) }
            guard take(UInt8(ascii: ",")) else { throw unexpected("\",\" or \"]\"") }
        }
    }

    private mutating func string() throws(Failure) -> String {
        position += 1
        var out: [UInt8] = []
        while let byte = peek {
            position += 1
            switch byte {
            case UInt8(ascii: "\""): return String(decoding: out, as: UTF8.self)
            case UInt8(ascii: "\\"): out.append(contentsOf: try escape().utf8)
            case 0..<0x20: throw failure("unescaped control character in a string")
            default: out.append(byte)
            }
        }
        throw unexpected("the closing quote")
    }

    private mutating func escape() throws(Failure) -> String {
        guard let byte = peek else { throw unexpected("an escape") }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return String(Unicode.Scalar(byte))
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"):
            let unit = try hexUnit()
            if let scalar = Unicode.Scalar(unit) { return String(scalar) }
            guard (0xd800..<0xdc00).contains(unit), take(UInt8(ascii: "\\")), take(UInt8(ascii: "u")) else {
                throw failure("unpaired surrogate")
            }
            let low = try hexUnit()
            guard (0xdc00..<0xe000).contains(low),
                let scalar = Unicode.Scalar(0x10000 + (UInt32(unit - 0xd800) << 10 | UInt32(low - 0xdc00)))
            else { throw failure("unpaired surrogate") }
            return String(scalar)
        default: throw failure("unknown escape sequence")
        }
    }

    private mutating func hexUnit() throws(Failure) -> UInt16 {
        let digits = bytes[position...].prefix(4)
        guard digits.count == 4, digits.allSatisfy({ Character(Unicode.Scalar($0)).isHexDigit }),
            let unit = UInt16(String(decoding: digits, as: UTF8.self), radix: 16)
        else { throw failure("\\u must be followed by four hexadecimal digits") }
        position += 4
        return unit
    }

    private mutating func number() throws(Failure) -> JSONValue {
        let start = position
        _ = take(UInt8(ascii: "-"))
        if !take(UInt8(ascii: "0")), digits() == 0 { throw unexpected("a value") }
        if take(UInt8(ascii: ".")), digits() == 0 { throw unexpected("a digit") }
        if take(UInt8(ascii: "e")) || take(UInt8(ascii: "E")) {
            if !take(UInt8(ascii: "+")) { _ = take(UInt8(ascii: "-")) }
            guard digits() > 0 else { throw unexpected("a digit") }
        }
        if let next = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(next) {
            throw failure("leading zero in a number")
        }
        return .number(String(decoding: bytes[start..<position], as: UTF8.self))
    }

    private mutating func digits() -> Int {
        let start = position
        while let byte = peek, (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) { position += 1 }
        return position - start
    }
}
