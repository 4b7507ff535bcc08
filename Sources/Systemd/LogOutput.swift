// SPDX-License-Identifier: Apache-2.0

import Glibc
package import Logging
import Support
import Synchronization

/// The destination of all loggers of a process, with the minimum level of their events.
///
/// The level can be changed at any time, for all loggers at once. Format and destination are fixed.
package final class LogOutput: Sendable {
    private let format: LogFormat
    private let identifier: String
    private let messageIDs: [String: String]
    private let descriptor: Int32
    private let minimum: Atomic<Int>
    /// The lock that is held while a line is written, so that lines do not interleave.
    private let line = Locked(())

    /// - Parameters:
    ///   - format: a resolved format; `.automatic` writes text.
    ///   - level: the minimum level of an event that is written.
    ///   - identifier: `SYSLOG_IDENTIFIER` of the journal entries.
    ///   - messageIDs: the identifiers of the message catalogue by the name of the event.
    ///   - descriptor: the file descriptor of the formats text and json.
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

    /// The minimum level of an event that is written.
    package var level: Logger.Level {
        get { Logger.Level.allCases[minimum.load(ordering: .relaxed)] }
        set { minimum.store(Self.index(of: newValue), ordering: .relaxed) }
    }

    /// Makes a logger that writes here.
    package func logger(_ label: String) -> Logger {
        Logger(label: label) { label in JournalLogHandler(label: label, output: self) }
    }

    /// Writes a record in the format of the output. An entry that the journal does not accept is written as text.
    func write(_ record: LogRecord) {
        switch format {
        case .journal:
            let fields = JournalFields.fields(of: record, identifier: identifier, messageIDs: messageIDs)
            if JournalFields.send(fields) < 0 { writeLine(record.text) }
        case .json: writeLine(record.json)
        case .text, .automatic: writeLine(record.text)
        }
    }

    /// Writes one line. When the reader of a pipe has gone, the line is lost without an error.
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
