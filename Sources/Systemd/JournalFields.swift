// SPDX-License-Identifier: Apache-2.0

package import Logging

/// The fields of journal entries (systemd.journal-fields(7)).
package enum JournalFields {
    /// Returns the fields of the journal entry for a log record as `NAME=value`.
    ///
    /// - Parameters:
    ///   - identifier: the value of `SYSLOG_IDENTIFIER`, by which `journalctl -t` selects entries.
    ///   - messageIDs: the identifiers of the entries in the message catalogue (128 bits in hexadecimal digits), by the
    ///     name of the log event.
    package static func fields(
        of record: LogRecord, identifier: String, messageIDs: [String: String]
    ) -> [String] {
        var out = [
            "MESSAGE=" + record.messageAndFields,
            "PRIORITY=\(priority(record.level))",
            "SYSLOG_IDENTIFIER=" + identifier,
            "LOGGER=" + record.label,
            "CODE_FILE=" + record.file,
            "CODE_LINE=\(record.line)",
            "CODE_FUNC=" + record.function,
        ]
        if let event = record.event {
            out.append("EVENT=" + event)
            if let id = messageIDs[event] { out.append("MESSAGE_ID=" + id) }
        }
        out += record.fields.map { name(for: $0.key) + "=" + $0.value }
        return out
    }

    /// Returns the syslog(3) severity of a log level: 7 (debug) to 2 (critical).
    package static func priority(_ level: Logger.Level) -> Int {
        switch level {
        case .trace, .debug: 7
        case .info: 6
        case .notice: 5
        case .warning: 4
        case .error: 3
        case .critical: 2
        }
    }

    /// The names that the journal entry itself uses. A metadata field with such a name gets the prefix `PIXELATED_`.
    private static let reserved: Set<String> = [
        "MESSAGE", "MESSAGE_ID", "PRIORITY", "SYSLOG_IDENTIFIER", "LOGGER", "EVENT", "CODE_FILE", "CODE_LINE",
        "CODE_FUNC",
    ]

    /// Returns the journal field name for a metadata key: up to 64 bytes of `A-Z`, `0-9` and `_`, of which the first is
    /// `A-Z`. A name that would be invalid or reserved has the prefix `PIXELATED_`.
    package static func name(for key: String) -> String {
        var out = ""
        for byte in key.utf8.prefix(50) {
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"): out.unicodeScalars.append(Unicode.Scalar(byte - 32))
            case UInt8(ascii: "A")...UInt8(ascii: "Z"), UInt8(ascii: "0")...UInt8(ascii: "9"):
                out.unicodeScalars.append(Unicode.Scalar(byte))
            default: out += "_"
            }
        }
        let beginsWithLetter =
            out.utf8.first.map { $0 >= UInt8(ascii: "A") && $0 <= UInt8(ascii: "Z") } ?? false
        return beginsWithLetter && !reserved.contains(out) ? out : "PIXELATED_" + out
    }

    /// Returns the journal entry for a log record in the native protocol of the journal
    /// (https://systemd.io/JOURNAL_NATIVE_PROTOCOL): `NAME=value` and a line feed for a value of one line, otherwise
    /// `NAME`, a line feed, the length of the value in 64 bits with the lowest byte first, the value, and a line feed.
    static func entry(of record: LogRecord, identifier: String, messageIDs: [String: String]) -> [UInt8] {
        var out: [UInt8] = []
        for field in fields(of: record, identifier: identifier, messageIDs: messageIDs) {
            let bytes = Array(field.utf8)
            if let equals = bytes.firstIndex(of: UInt8(ascii: "=")), bytes.contains(0x0a) {
                out += bytes[..<equals]
                out.append(0x0a)
                withUnsafeBytes(of: UInt64(bytes.count - equals - 1).littleEndian) { out += $0 }
                out += bytes[(equals + 1)...]
            } else {
                out += bytes
            }
            out.append(0x0a)
        }
        return out
    }
}
