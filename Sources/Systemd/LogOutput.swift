// SPDX-License-Identifier: Apache-2.0

import Glibc
package import Logging
import Support
import Synchronization

/// How log events leave the process.
package enum LogFormat: String, Sendable, CaseIterable {
    /// The journal's own fields when stderr leads to the journal, lines of text otherwise.
    case automatic
    case journal
    case text
    case json

    /// Whether `descriptor` is the stream that the service manager connected to the journal:
    /// `JOURNAL_STREAM` names its device and inode (systemd.exec(5)).
    package static func isJournal(_ journalStream: String?, descriptor: Int32) -> Bool {
        guard let parts = journalStream?.split(separator: ":"), parts.count == 2,
            let device = UInt64(parts[0]), let inode = UInt64(parts[1])
        else { return false }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return false }
        return UInt64(status.st_dev) == device && UInt64(status.st_ino) == inode
    }

    package func resolved(journalStream: String?, descriptor: Int32 = STDERR_FILENO) -> LogFormat {
        guard self == .automatic else { return self }
        return Self.isJournal(journalStream, descriptor: descriptor) ? .journal : .text
    }
}

/// Where all loggers of a process write, and the level they obey. Format and destination are for life,
/// the level may change at any time and does so for every logger at once.
package final class LogOutput: Sendable {
    private let format: LogFormat
    private let identifier: String
    private let messageIDs: [String: String]
    private let descriptor: Int32
    private let minimum: Atomic<Int>
    /// Held for the length of a line, so that lines never interleave.
    private let line = Locked(())

    /// `format` must be resolved: `.automatic` writes text.
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

    package var level: Logger.Level {
        get { Logger.Level.allCases[minimum.load(ordering: .relaxed)] }
        set { minimum.store(Self.index(of: newValue), ordering: .relaxed) }
    }

    package func logger(_ label: String) -> Logger {
        Logger(label: label) { label in JournalLogHandler(label: label, output: self) }
    }

    func write(_ record: LogRecord) {
        switch format {
        case .journal:
            let fields = JournalFields.fields(of: record, identifier: identifier, messageIDs: messageIDs)
            if JournalFields.send(fields) < 0 { writeLine(record.text) }
        case .json: writeLine(record.json)
        case .text, .automatic: writeLine(record.text)
        }
    }

    /// A reader that went away costs the line and nothing else.
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
