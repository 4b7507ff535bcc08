// SPDX-License-Identifier: Apache-2.0

import Glibc
import Logging
import Support

/// The writer of log records to their destination, which waits while the destination cannot take them. It is used on
/// the thread of a `LogQueue`.
struct LogWriter: ~Copyable {
    private let destination: LogDestination
    private var journal: JournalSocket
    /// True from a failure of the journal to the next entry that it has taken.
    private var isJournalFailing = false
    /// True when the latest bytes on the descriptor are the beginning of a line, because the rest could not be written.
    private var isLineOpen = false

    /// The maximum number of bytes of several lines in one call of write(2), which is atomic for pipes (pipe(7),
    /// `PIPE_BUF`), so that the lines of several processes do not mix.
    private static let atomicWrite = 4096

    init(_ destination: LogDestination) {
        self.destination = destination
        journal = JournalSocket(path: destination.journalPath)
    }

    /// Writes entries in their order and returns those that could not be written.
    mutating func write(_ entries: [LogQueueState.Entry]) -> [LogQueueState.Entry] {
        var lost: [LogQueueState.Entry] = []
        var lines: [(entry: LogQueueState.Entry, bytes: [UInt8])] = []
        var size = 0
        for entry in entries {
            let record = Self.record(of: entry)
            if destination.format == .journal {
                if !writeToJournal(record) { lost.append(entry) }
                continue
            }
            let bytes = Array((destination.format == .json ? record.json : record.text).utf8) + [0x0a]
            if size + bytes.count > Self.atomicWrite {
                lost += writeLines(lines)
                (lines, size) = ([], 0)
            }
            lines.append((entry, bytes))
            size += bytes.count
        }
        return lost + writeLines(lines)
    }

    /// Sends a record to the journal, or writes it as text when there is no journal. Returns false when both failed.
    private mutating func writeToJournal(_ record: LogRecord) -> Bool {
        let entry = JournalFields.entry(
            of: record, identifier: destination.identifier, messageIDs: destination.messageIDs)
        let error = journal.send(entry)
        guard error != 0 else {
            isJournalFailing = false
            return true
        }
        var lines = record.text + "\n"
        if !isJournalFailing {
            lines = Self.journalFailure(destination.journalPath, error).text + "\n" + lines
            isJournalFailing = true
        }
        return writeLines([(.record(record), Array(lines.utf8))]).isEmpty
    }

    /// Writes lines in one call of write(2), if that is possible, and returns the entries whose lines are not complete.
    private mutating func writeLines(
        _ lines: [(entry: LogQueueState.Entry, bytes: [UInt8])]
    ) -> [LogQueueState.Entry] {
        guard !lines.isEmpty else { return [] }
        let start: [UInt8] = isLineOpen ? [0x0a] : []
        let bytes = start + lines.flatMap(\.bytes)
        let (count, error) = DescriptorOutput.write(bytes, to: destination.descriptor)
        if count > 0 { isLineOpen = bytes[count - 1] != 0x0a }
        guard error != 0 else { return [] }
        var end = start.count
        return lines.filter { line in
            end += line.bytes.count
            return end > count
        }
        .map(\.entry)
    }

    private static func record(of entry: LogQueueState.Entry) -> LogRecord {
        switch entry {
        case .record(let record): record
        case .gap(let count):
            notice(
                "log-lines-dropped",
                "\(count) log lines were dropped, because they could not be written in time",
                ["lines_dropped": .stringConvertible(count)])
        }
    }

    private static func journalFailure(_ path: String, _ error: Int32) -> LogRecord {
        notice(
            "journal-unavailable",
            """
            the journal cannot be reached at \(path) (\(String(cString: strerror(error)))), log entries are lines of \
            text on standard error until it can; check log.format
            """, [:])
    }

    private static func notice(_ event: String, _ message: Logger.Message, _ fields: Logger.Metadata)
        -> LogRecord
    {
        LogRecord(
            LogEvent(
                level: .warning, message: message, metadata: fields.merging(["event": "\(event)"]) { $1 },
                source: "Systemd", file: #fileID, function: #function, line: #line),
            label: "log", metadata: [:])
    }
}
