// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The format of the log.
package enum LogFormat: String, Sendable, CaseIterable {
    /// Entries of the journal when the standard error is connected to it, lines of text otherwise.
    case automatic
    /// Entries of the journal with fields (sd_journal_sendv(3)).
    case journal
    /// Lines of text.
    case text
    /// JSON objects, one a line.
    case json

    /// Returns true when `descriptor` is the stream that the service manager connected to the journal.
    ///
    /// - Parameter journalStream: the value of `JOURNAL_STREAM`, device and inode of that stream (systemd.exec(5)).
    package static func isJournal(_ journalStream: String?, descriptor: Int32) -> Bool {
        guard let parts = journalStream?.split(separator: ":"), parts.count == 2,
            let device = UInt64(parts[0]), let inode = UInt64(parts[1])
        else { return false }
        var status = stat()
        guard fstat(descriptor, &status) == 0 else { return false }
        return UInt64(status.st_dev) == device && UInt64(status.st_ino) == inode
    }

    /// Returns the format itself, or for `automatic` the one that fits `descriptor`.
    package func resolved(journalStream: String?, descriptor: Int32 = STDERR_FILENO) -> LogFormat {
        guard self == .automatic else { return self }
        return Self.isJournal(journalStream, descriptor: descriptor) ? .journal : .text
    }
}
