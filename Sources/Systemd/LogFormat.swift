// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The format of the log.
package enum LogFormat: String, Sendable, CaseIterable {
    /// Journal entries when standard error is connected to the journal, lines of text otherwise.
    case automatic
    /// Journal entries with fields (sd_journal_sendv(3)).
    case journal
    /// Lines of text.
    case text
    /// JSON objects, one in each line.
    case json

    /// Returns true when the file descriptor `descriptor` is the stream that the service manager connected to the
    /// journal.
    ///
    /// - Parameter journalStream: the value of the environment variable `JOURNAL_STREAM`: the device and inode numbers
    ///   of the stream (systemd.exec(5)).
    package static func isJournal(_ journalStream: String?, descriptor: Int32) -> Bool {
        guard let parts = journalStream?.split(separator: ":"), parts.count == 2,
            let device = UInt64(parts[0]), let inode = UInt64(parts[1])
        else { return false }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return false }
        return UInt64(status.st_dev) == device && UInt64(status.st_ino) == inode
    }

    /// Returns this format, except for `automatic`: then the result is `journal` when `descriptor` is connected to the
    /// journal, and `text` otherwise.
    package func resolved(journalStream: String?, descriptor: Int32 = STDERR_FILENO) -> LogFormat {
        guard self == .automatic else { return self }
        return Self.isJournal(journalStream, descriptor: descriptor) ? .journal : .text
    }
}
