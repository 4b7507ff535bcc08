// SPDX-License-Identifier: Apache-2.0

internal import Support

/// A reader of the body of one message of the channel. No length or number of the message is used before it is checked.
package struct MessageReader {
    /// The number of bytes before the body, which state the length of the body.
    package static let lengthBytes = 4
    /// The maximum length of a text in bytes.
    package static let maximumTextBytes = 1024

    private var rest: ArraySlice<UInt8>

    /// Creates a reader of the fields behind the kind of a message.
    ///
    /// - Parameters:
    ///   - body: The body of the message, without its length.
    ///   - kind: The only kind that is accepted.
    package init(_ body: [UInt8], kind: MessageKind) throws(MessageError) {
        rest = body[...]
        let found = try integer(UInt8.self)
        guard found == kind.rawValue else {
            throw MessageError("a message of kind \(found) in place of kind \(kind.rawValue)")
        }
    }

    /// Returns the length of a body from the first 4 bytes of a message.
    ///
    /// - Parameters:
    ///   - bytes: The 4 bytes.
    ///   - maximum: The maximum length that is accepted.
    package static func length(_ bytes: [UInt8], maximum: Int) throws(MessageError) -> Int {
        guard bytes.count == lengthBytes else { throw MessageError("\(bytes.count) bytes of a length") }
        let length = Int(bytes.reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) })
        guard (1...maximum).contains(length) else {
            throw MessageError("a message of \(length) bytes, \(maximum) are allowed")
        }
        return length
    }

    package mutating func integer<Number: FixedWidthInteger>(
        _: Number.Type
    ) throws(MessageError) -> Number {
        let bytes = try take(Number.bitWidth / 8)
        return bytes.reversed().reduce(Number.zero) { $0 << 8 | Number(truncatingIfNeeded: $1) }
    }

    /// Reads a number of 64 bits within a range.
    package mutating func number(in range: ClosedRange<Int>, _ name: StaticString) throws(MessageError) -> Int
    {
        let value = try integer(Int64.self)
        guard let number = Int(exactly: value), range.contains(number) else {
            throw MessageError("\(name) is \(value), not \(range.lowerBound)...\(range.upperBound)")
        }
        return number
    }

    /// Reads a text of at most `maximumTextBytes` bytes. Control characters and bytes that are not UTF-8 are replaced.
    package mutating func text() throws(MessageError) -> String {
        let length = Int(try integer(UInt16.self))
        guard length <= Self.maximumTextBytes else {
            throw MessageError("a text of \(length) bytes, \(Self.maximumTextBytes) are allowed")
        }
        return String(decoding: try take(length), as: UTF8.self).withoutControlCharacters
    }

    /// Reads `count` bytes.
    package mutating func take(_ count: Int) throws(MessageError) -> ArraySlice<UInt8> {
        guard count >= 0, count <= rest.count else {
            throw MessageError("the message ends \(count - rest.count) bytes early")
        }
        defer { rest = rest.dropFirst(count) }
        return rest.prefix(count)
    }

    /// Checks that nothing of the message is left.
    package consuming func finish() throws(MessageError) {
        guard rest.isEmpty else { throw MessageError("\(rest.count) bytes behind the end of the message") }
    }
}
