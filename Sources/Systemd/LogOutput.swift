// SPDX-License-Identifier: Apache-2.0

import Glibc
package import Logging
package import Metrics
import Synchronization

/// The output of all loggers of the process, with the minimum level of the log events that are written.
///
/// The level can be changed at any time, for all loggers at once. The format and the destination are fixed. Logging
/// does not wait for the destination: a thread writes the records from a bounded queue, and records that find the queue
/// full are dropped and counted. The event `log-lines-dropped` tells their number when records are written again.
package final class LogOutput: Sendable {
    let queue: LogQueue
    private let minimum: Atomic<Int>

    /// The default bounds of the queue, in records and in bytes of memory.
    private static let maxRecords = 8192
    private static let maxBytes = 4 << 20

    /// Makes an output of loggers.
    ///
    /// - Parameters:
    ///   - format: the format of the log, resolved by `LogFormat.resolved`; `.automatic` writes text.
    ///   - level: the minimum level of the log events that are written.
    ///   - identifier: the value of `SYSLOG_IDENTIFIER` in journal entries.
    ///   - messageIDs: the identifiers of the entries in the message catalogue, by the name of the log event.
    ///   - descriptor: the file descriptor that the formats `text` and `json` are written to, and the format `journal`
    ///     while there is no journal.
    ///   - journalPath: the path of the socket of journald; nil for the default.
    package init(
        format: LogFormat, level: Logger.Level = .info, identifier: String = "pixelated",
        messageIDs: [String: String] = [:], descriptor: Int32 = STDERR_FILENO, journalPath: String? = nil,
        maxRecords: Int? = nil, maxBytes: Int? = nil
    ) {
        let destination = LogDestination(
            format: format, identifier: identifier, messageIDs: messageIDs, descriptor: descriptor,
            journalPath: journalPath ?? JournalSocket.defaultPath)
        queue = LogQueue(
            destination, maxRecords: maxRecords ?? Self.maxRecords, maxBytes: maxBytes ?? Self.maxBytes)
        minimum = Atomic(Self.index(of: level))
    }

    deinit { queue.close() }

    /// The number of records that were dropped because the queue was full, or that could not be written.
    package var dropped: Counter { queue.dropped }

    /// The minimum level of the log events that are written.
    package var level: Logger.Level {
        get { Logger.Level.allCases[minimum.load(ordering: .relaxed)] }
        set { minimum.store(Self.index(of: newValue), ordering: .relaxed) }
    }

    /// Returns a logger with the label `label` that writes to this output.
    package func logger(_ label: String) -> Logger {
        Logger(label: label) { label in JournalLogHandler(label: label, output: self) }
    }

    /// Waits until all records that were logged before the call are written or lost. The process must call it before it
    /// exits.
    ///
    /// - Returns: False when the destination has not taken all records within `time`.
    @discardableResult
    package func flush(within time: Duration) -> Bool { queue.flush(within: time) }

    /// Appends a log record to the queue.
    func write(_ record: LogRecord) { queue.append(record) }

    private static func index(of level: Logger.Level) -> Int {
        Logger.Level.allCases.firstIndex(of: level) ?? 0
    }
}
