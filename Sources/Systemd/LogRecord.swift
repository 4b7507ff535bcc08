// SPDX-License-Identifier: Apache-2.0

package import Glibc
package import Logging
internal import Support

/// A log event with its time, label and fields, in the form that the journal, text and JSON formats have in common.
package struct LogRecord: Sendable {
    /// One entry of the log event's metadata: its key and its value.
    package struct Field: Sendable, Equatable {
        /// The key of the metadata entry in lower snake case, such as `bytes_in`.
        package var key: String
        package var value: String
        /// True when the value is an integer, which is written as a number in JSON.
        package var isNumber: Bool

        /// Makes a field from an entry of the metadata.
        ///
        /// - Parameter value: The metadata value. An integer passed as `.stringConvertible` is a number; every other
        ///   value is a text.
        package init(_ key: String, _ value: Logger.MetadataValue) {
            self.key = key
            self.value = value.description
            isNumber =
                if case .stringConvertible(let value) = value { value is any BinaryInteger } else { false }
        }
    }

    package var time: timespec
    package var level: Logger.Level
    /// The label of the logger, as swift-log defines it.
    package var label: String
    package var message: String
    /// The stable name of the event, such as `picture-done`: the metadata value of the key `event`; nil when there is
    /// none.
    package var event: String?
    /// The metadata except `event`, sorted by key.
    package var fields: [Field]
    /// The source file whose code logged the event.
    package var file: String
    package var function: String
    package var line: UInt

    /// Makes a record of a log event.
    ///
    /// - Parameters:
    ///   - metadata: The metadata of the logger. The metadata of the event has precedence.
    ///   - time: The time of the event; nil for the current time.
    package init(_ event: LogEvent, label: String, metadata: Logger.Metadata, time: timespec? = nil) {
        var merged = metadata
        if let own = event.metadata { merged.merge(own) { $1 } }
        if let error = event.error { merged["error"] = "\(error)" }
        self.time = time ?? Self.now()
        level = event.level
        self.label = label
        message = event.message.description
        self.event = merged.removeValue(forKey: "event").map { $0.description }
        fields = merged.map { Field($0.key, $0.value) }.sorted { $0.key < $1.key }
        file = event.file
        function = event.function
        line = event.line
    }

    private static func now() -> timespec {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return now
    }

    /// The message and the fields in one line: `picture done  bytes_in=1024 s3_key="a b.jpg"`.
    ///
    /// Control characters are escaped, so that an object key can neither start a new line nor send commands to a
    /// terminal.
    package var messageAndFields: String {
        var out = Self.escaped(message)
        for (index, field) in fields.enumerated() {
            out += (index == 0 ? "  " : " ") + field.key + "=" + Self.quoted(field.value)
        }
        return out
    }

    /// The line of text for a terminal or a file: time, level, message and fields.
    package var text: String {
        let level = level.rawValue
        let padding = String(repeating: " ", count: max(0, 8 - level.utf8.count))
        return "\(timestamp) \(level)\(padding) \(messageAndFields)"
    }

    /// The time of the event in RFC 3339 format, in UTC with milliseconds.
    package var timestamp: String {
        let civil = CivilTime(secondsSinceEpoch: time.tv_sec)
        let milliseconds = String(time.tv_nsec / 1_000_000 + 1000).dropFirst()
        return "\(civil.date)T\(civil.timeOfDay).\(milliseconds)Z"
    }

    private static func quoted(_ value: String) -> String {
        let isPlain = !value.isEmpty && value.utf8.allSatisfy { $0 > 0x20 && $0 != 0x22 && $0 != 0x3d }
        let safe = escaped(value)
        return isPlain && safe == value ? value : "\"" + safe.replacing("\"", with: "\\\"") + "\""
    }

    /// Returns `text` with control characters (C0, DEL, C1), line and paragraph separators and direction overrides
    /// escaped as `\u{...}`.
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
