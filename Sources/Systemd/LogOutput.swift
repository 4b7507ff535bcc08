// SPDX-License-Identifier: Apache-2.0

import Glibc
package import Logging
import Support
import Synchronization

/// The destination of all loggers of the process, with the minimum level of the log events that are written.
///
/// The level can be changed at any time, for all loggers at once. The format and the destination are fixed.
package final class LogOutput: Sendable {
    private let format: LogFormat
    private let identifier: String
    private let messageIDs: [String: String]
    private let descriptor: Int32
    private let minimum: Atomic<Int>
    /// The lock that is held while a line is written, so that the lines of different threads do not interleave.
    private let line = Locked(())

    /// Makes a destination of loggers.
    ///
    /// - Parameters:
    ///   - format: the format of the log, resolved by `LogFormat.resolved`; `.automatic` writes text.
    ///   - level: the minimum level of the log events that are written.
    ///   - identifier: the value of `SYSLOG_IDENTIFIER` in journal entries.
    ///   - messageIDs: the identifiers of the entries in the message catalogue, by the name of the log event.
    ///   - descriptor: the file descriptor that the formats `text` and `json` are written to.
    package init(
        format: LogFormat, level: Logger.Level = .info, identifier: String = "pixelated",
        messageIDs: [String: String] = [:], descriptor: Int32 = STDERR_FILENO
    ) {
        self.format = format
        self.identifier = identifier
        self.messageIDs = messageIDs
        self.descriptor = descriptor
        minimum = Atomic(Self.index(of: level))
    }

    /// The minimum level of the log events that are written.
    package var level: Logger.Level {
        get { Logger.Level.allCases[minimum.load(ordering: .relaxed)] }
        set { minimum.store(Self.index(of: newValue), ordering: .relaxed) }
    }

    /// Returns a logger with the label `label` that writes to this output.
    package func logger(_ label: String) -> Logger {
        Logger(label: label) { label in JournalLogHandler(label: label, output: self) }
    }

    /// Writes a log record in the format of the output. An entry that the journal rejects is written as text.
    func write(_ record: LogRecord) {
        switch format {
        case .journal:
            let fields = JournalFields.fields(of: record, identifier: identifier, messageIDs: messageIDs)
            if JournalFields.send(fields) < 0 { writeLine(record.text) }
        case .json: writeLine(record.json)
        case .text, .automatic: writeLine(record.text)
        }
    }

    /// Writes one line to the file descriptor. When that is a pipe whose read end is closed, the line is lost without
    /// an error.
    private func writeLine(_ text: String) {
        let bytes = Array((text + "\n").utf8)
        line.withLock { _ in
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { Glibc.write(descriptor, $0.baseAddress, $0.count) }
                if count < 0 && errno == EINTR { continue }
                guard count > 0 else { return }
                rest = rest.dropFirst(count)
            }
        }
    }

    private static func index(of level: Logger.Level) -> Int {
        Logger.Level.allCases.firstIndex(of: level) ?? 0
    }
}
