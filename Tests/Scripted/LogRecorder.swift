// SPDX-License-Identifier: Apache-2.0

package import Logging
import Support

/// A recorder of the events that its logger logs.
package final class LogRecorder: Sendable {
    /// A recorded event.
    package struct Entry: Sendable {
        package var level: Logger.Level
        package var message: String
        package var metadata: Logger.Metadata
    }

    private let stored = Locked<[Entry]>([])

    package init() {}

    /// The events so far, of all levels, in their order.
    package var entries: [Entry] { stored.withLock { $0 } }

    /// The events so far as texts of level, message and metadata.
    package var lines: [String] { entries.map { "\($0.level) \($0.message) \($0.metadata)" } }

    /// A new logger whose events this object records.
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
