// SPDX-License-Identifier: Apache-2.0

import Logging
import Support

/// The bounds of log records, in bytes of UTF-8.
///
/// The bounds apply to texts as they are in a JSON string, where a control character has six bytes. A text that is cut
/// ends with `…`.
enum LogBounds {
    /// The maximum size of a line with its line feed. Container runtimes keep a line of this size whole (the log
    /// drivers of Docker and the CRI of Kubernetes split longer ones).
    static let line = 16_384
    static let message = 4096
    /// The maximum size of the value of a field. An object key has at most 1024 bytes, which escapes may double.
    static let value = 2048
    /// The maximum size of the name of a field or event.
    static let name = 64

    /// The size of a line without its message and its fields: the time, the level, the name of the event, the field
    /// `fields_omitted`, and the punctuation between them.
    private static let frame = 256
    /// The size of the punctuation of a field: a separator, a colon or equals sign, and quotation marks.
    private static let fieldFrame = 6

    /// Returns `text`, cut at a character so that its size is at most `limit`.
    static func cut(_ text: String, to limit: Int) -> String {
        // No character is shorter in a JSON string than in UTF-8.
        if text.utf8.count <= limit, size(text) <= limit { return text }
        var left = limit - "…".utf8.count
        let end = text.unicodeScalars.indices.first { index in
            left -= size(text.unicodeScalars[index])
            return left < 0
        }
        return text[..<(end ?? text.endIndex)] + "…"
    }

    /// Returns `name` with each character that a name must not have replaced by `_`, cut to `LogBounds.name`.
    static func name(_ name: String) -> String {
        func isValid(_ byte: UInt8) -> Bool {
            byte > 0x20 && byte < 0x7f && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "=")
                && byte != UInt8(ascii: "\\")
        }
        if (1...Self.name).contains(name.utf8.count), name.utf8.allSatisfy(isValid) { return name }
        let valid = name.utf8.prefix(Self.name).map { isValid($0) ? $0 : UInt8(ascii: "_") }
        return valid.isEmpty ? "_" : String(decoding: valid, as: UTF8.self)
    }

    /// Removes the last fields of a record whose line would exceed the bound, and appends a field with their number.
    static func omitFields(of fields: inout [LogRecord.Field], besides message: String) {
        var left = line - frame - size(message)
        let end = fields.firstIndex { field in
            left -= size(field.key) + size(field.value) + fieldFrame
            return left < 0
        }
        guard let end else { return }
        let omitted = fields.count - end
        fields[end...] = [LogRecord.Field("fields_omitted", .stringConvertible(omitted))]
    }

    /// Returns the size of a text in a JSON string, without its quotation marks.
    private static func size(_ text: String) -> Int {
        let isPlain = text.utf8.allSatisfy { byte in
            byte >= 0x20 && byte < 0x7f && byte != UInt8(ascii: "\"") && byte != UInt8(ascii: "\\")
        }
        return isPlain ? text.utf8.count : text.unicodeScalars.reduce(0) { $0 + size($1) }
    }

    /// Returns the size of a character in a JSON string.
    private static func size(_ scalar: Unicode.Scalar) -> Int {
        switch scalar {
        case "\"", "\\", "\n", "\r", "\t": 2
        default: scalar.isInert ? UTF8.width(scalar) : 6
        }
    }
}
