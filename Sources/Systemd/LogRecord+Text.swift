// SPDX-License-Identifier: Apache-2.0

internal import Glibc
import Logging
internal import Support

extension LogRecord {
    /// The line of text for a terminal or a file: time, level, message and fields.
    package var text: String {
        let level = level.rawValue
        let padding = String(repeating: " ", count: max(0, 8 - level.utf8.count))
        return "\(timestamp) \(level)\(padding) \(messageAndFields)"
    }

    /// The message and the fields in one line: `picture done  bytes_in=1024 s3_key="a b.jpg"`.
    ///
    /// The line has the format logfmt, in which a value in quotation marks has the escapes of a JSON string. A reader
    /// gets exactly the fields of the record: a message that contains an equals sign, a quotation mark, a backslash,
    /// two spaces beside each other or a character that is not inert is itself a field, `message="..."`, and not a
    /// sequence of words.
    package var messageAndFields: String {
        var out = Self.isWords(message) ? message : "message=" + message.jsonString
        for (index, field) in fields.enumerated() {
            out += (index == 0 ? "  " : " ") + field.key + "="
            out += Self.isWord(field.value) ? field.value : field.value.jsonString
        }
        return out
    }

    /// The time of the event in RFC 3339 format, in UTC with milliseconds.
    package var timestamp: String {
        let civil = CivilTime(secondsSinceEpoch: time.tv_sec)
        let milliseconds = String(time.tv_nsec / 1_000_000 + 1000).dropFirst()
        return "\(civil.date)T\(civil.timeOfDay).\(milliseconds)Z"
    }

    /// Returns true when a value needs no quotation marks: it consists of graphic ASCII characters besides quotation
    /// marks, equals signs and backslashes. Some readers regard other characters as white space.
    private static func isWord(_ value: String) -> Bool {
        !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7f && !isSyntax($0) }
    }

    /// Returns true when a message cannot be mistaken for fields.
    private static func isWords(_ message: String) -> Bool {
        !message.utf8.contains(where: isSyntax) && !message.contains("  ") && message.last != " "
            && message.unicodeScalars.allSatisfy(\.isInert)
    }

    private static func isSyntax(_ byte: UInt8) -> Bool {
        byte == UInt8(ascii: "\"") || byte == UInt8(ascii: "=") || byte == UInt8(ascii: "\\")
    }
}
