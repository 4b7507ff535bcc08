// SPDX-License-Identifier: Apache-2.0

import CLibSystemd
import Glibc
package import Logging

/// Entries of the journal in its native protocol (systemd.journal-fields(7)).
package enum JournalFields {
    /// Returns the fields of an entry as `NAME=value`, the form of sd_journal_sendv(3).
    ///
    /// - Parameters:
    ///   - identifier: `SYSLOG_IDENTIFIER`, by which `journalctl -t` selects entries.
    ///   - messageIDs: the 128-bit identifiers of the message catalogue by the name of the event.
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

    /// Returns the severity of a level as syslog(3) numbers it.
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

    /// The names that `fields(of:identifier:messageIDs:)` sets itself.
    private static let reserved: Set<String> = [
        "MESSAGE", "MESSAGE_ID", "PRIORITY", "SYSLOG_IDENTIFIER", "LOGGER", "EVENT", "CODE_FILE", "CODE_LINE",
        "CODE_FUNC",
    ]

    /// Returns a valid field name for a key: up to 64 bytes of `A-Z`, `0-9` and `_`, of which the first is `A-Z`.
    /// Names that are invalid or reserved get the prefix `PIXELATED_`.
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

    /// Sends one entry. sd_journal_sendv(3) passes large entries through a sealed memory file.
    ///
    /// - Returns: 0, or a negative errno-style code. It is 0 as well when there is no journal socket, so the caller
    ///   must check `LogFormat.isJournal`.
    package static func send(_ fields: [String]) -> Int32 {
        var bytes: [UInt8] = []
        var ends: [Int] = []
        for field in fields {
            bytes.append(contentsOf: field.utf8)
            ends.append(bytes.count)
        }
        return bytes.withUnsafeMutableBytes { buffer in
            var start = 0
            let parts = ends.map { end in
                defer { start = end }
                return iovec(iov_base: buffer.baseAddress.map { $0 + start }, iov_len: end - start)
            }
            return sd_journal_sendv(parts, Int32(parts.count))
        }
    }
}
