// SPDX-License-Identifier: Apache-2.0

package import Glibc
package import Logging
internal import Support

/// A log event with its time, label and fields, in the form that the journal, text and JSON formats have in common.
///
/// The size of a record has the bounds of `LogBounds`, whatever the log event contains: a line of text or JSON has at
/// most `LogBounds.line` bytes.
package struct LogRecord: Sendable {
    /// One entry of the log event's metadata: its key and its value.
    package struct Field: Sendable, Equatable {
        /// The key of the metadata entry in lower snake case, such as `bytes_in`: 1 to `LogBounds.name` graphic ASCII
        /// characters besides quotation marks, equals signs and backslashes.
        package var key: String
        /// The value, cut to `LogBounds.value`.
        package var value: String
        /// True when the value is an integer, which is written as a number in JSON.
        package var isNumber: Bool

        /// Makes a field from an entry of the metadata.
        ///
        /// - Parameter value: The metadata value. An integer passed as `.stringConvertible` is a number; every other
        ///   value is a text.
        package init(_ key: String, _ value: Logger.MetadataValue) {
            self.key = LogBounds.name(key)
            self.value = LogBounds.cut(value.description, to: LogBounds.value)
            isNumber =
                if case .stringConvertible(let value) = value { value is any BinaryInteger } else { false }
        }
    }

    package var time: timespec
    package var level: Logger.Level
    /// The label of the logger, as swift-log defines it.
    package var label: String
    /// The message, cut to `LogBounds.message`.
    package var message: String
    /// The stable name of the event, such as `picture-done`: the metadata value of the key `event`; nil when there is
    /// none.
    package var event: String?
    /// The metadata except `event`, sorted by key. Fields that would exceed the bound of the line are left out, and the
    /// last field `fields_omitted` has their number.
    package var fields: [Field]
    /// The source file whose code logged the event.
    package var file: String
    package var function: String
    package var line: UInt
    /// The estimated memory of the record in bytes.
    let memory: Int

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
        message = LogBounds.cut(event.message.description, to: LogBounds.message)
        self.event = merged.removeValue(forKey: "event").map { LogBounds.name($0.description) }
        fields = merged.map { Field($0.key, $0.value) }.sorted { $0.key < $1.key }
        LogBounds.omitFields(of: &fields, besides: message)
        file = event.file
        function = event.function
        line = event.line
        memory = fields.reduce(256 + message.utf8.count) { $0 + 80 + $1.key.utf8.count + $1.value.utf8.count }
    }

    private static func now() -> timespec {
        var now = timespec()
        clock_gettime(CLOCK_REALTIME, &now)
        return now
    }
}
