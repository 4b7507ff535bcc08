// SPDX-License-Identifier: Apache-2.0

package import Logging
import Support

/// A log handler that keeps the events of its loggers.
package final class LogRecorder: Sendable {
    /// One event of the log.
    package struct Entry: Sendable {
        package var level: Logger.Level
        package var message: String
        package var metadata: Logger.Metadata
    }

    private let stored = Locked<[Entry]>([])

    package init() {}

    /// The events so far, of all levels.
    package var entries: [Entry] { stored.withLock { $0 } }

    /// The events as lines of level, message and metadata.
    package var lines: [String] { entries.map { "\($0.level) \($0.message) \($0.metadata)" } }

    /// Makes a logger that writes here.
    package var logger: Logger {
        Logger(label: "test") { _ in Handler(recorder: self) }
    }

    private struct Handler: LogHandler {
        let recorder: LogRecorder
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            let entry = Entry(
                level: event.level, message: event.message.description, metadata: event.metadata ?? [:])
            recorder.stored.withLock { $0.append(entry) }
        }
    }
}
