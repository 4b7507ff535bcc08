// SPDX-License-Identifier: Apache-2.0

package import Glibc
package import Logging

/// One log event, ready to be rendered: the same for the journal, for people and for machines.
package struct LogRecord: Sendable {
    package struct Field: Sendable, Equatable {
        /// Lower snake case.
        package var key: String
        package var value: String

        package init(_ key: String, _ value: String) {
            self.key = key
            self.value = value
        }
    }

    package var time: timespec
    package var level: Logger.Level
    package var label: String
    package var message: String
    /// The stable name of the event, if it has one.
    package var event: String?
    /// Sorted by key, `event` excluded.
    package var fields: [Field]
    package var file: String
    package var function: String
    package var line: UInt

    package init(_ event: LogEvent, label: String, metadata: Logger.Metadata, time: timespec? = nil) {
        var merged = metadata
        if let own = event.metadata { merged.merge(own) { $1 } }
        if let error = event.error { merged["error"] = "\(error)" }
        self.time = time ?? Self.now()
        level = event.level
        self.label = label
        message = event.message.description
        self.event = merged.removeValue(forKey: "event").map { $0.description }
        fields = merged.map { Field($0.key, $0.value.description) }.sorted { $0.key < $1.key }
        file = event.file
        function = event.function
        line = event.line
    }

    private static func now() -> timespec {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return now
    }

    /// Message and fields in one line: `picture done  bytes_in=1024 s3_key="a b.jpg"`.
    ///
    /// Whatever came from outside is escaped, so that no object key can forge a line or colour a terminal.
    package var sentence: String {
        var out = Self.escaped(message)
        for (index, field) in fields.enumerated() {
            out += (index == 0 ? "  " : " ") + field.key + "=" + Self.quoted(field.value)
        }
        return out
    }

    /// For a terminal or a file: time, level, sentence.
    package var text: String {
        let level = level.rawValue
        let padding = String(repeating: " ", count: max(0, 8 - level.utf8.count))
        return "\(timestamp) \(level)\(padding) \(sentence)"
    }

    /// RFC 3339 in UTC with milliseconds.
    package var timestamp: String {
        var parts = tm()
        var seconds = time.tv_sec
        gmtime_r(&seconds, &parts)
        let date = "\(parts.tm_year + 1900)-\(two(parts.tm_mon + 1))-\(two(parts.tm_mday))"
        let clock = "\(two(parts.tm_hour)):\(two(parts.tm_min)):\(two(parts.tm_sec))"
        let millisecond = String(time.tv_nsec / 1_000_000 + 1000).dropFirst()
        return "\(date)T\(clock).\(millisecond)Z"
    }

    private func two(_ value: Int32) -> String { value < 10 ? "0\(value)" : "\(value)" }

    private static func quoted(_ value: String) -> String {
        let plain = !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x3d }
        let safe = escaped(value)
        return plain && safe == value ? value : "\"" + safe.replacing("\"", with: "\\\"") + "\""
    }

    /// C0, DEL, C1, line and paragraph separators and the direction overrides become `\u{…}`.
    private static func escaped(_ text: String) -> String {
        func isHarmless(_ scalar: Unicode.Scalar) -> Bool {
            switch scalar.value {
            case 0..<0x20, 0x7f..<0xa0, 0x2028...0x202e, 0x2066...0x2069: false
            default: true
            }
        }
        guard !text.unicodeScalars.allSatisfy(isHarmless) else { return text }
        var out = ""
        for scalar in text.unicodeScalars {
            if isHarmless(scalar) {
                out.unicodeScalars.append(scalar)
            } else {
                out += scalar == "\n" ? "\\n" : "\\u{\(String(scalar.value, radix: 16))}"
            }
        }
        return out
    }
}
