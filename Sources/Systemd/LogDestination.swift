// SPDX-License-Identifier: Apache-2.0

/// The place that a log is written to, and the form in which it is written.
struct LogDestination: Sendable {
    var format: LogFormat
    /// The value of `SYSLOG_IDENTIFIER` in journal entries.
    var identifier: String
    /// The identifiers of the entries in the message catalogue, by the name of the log event.
    var messageIDs: [String: String]
    /// The file descriptor that the formats `text` and `json` are written to, and the format `journal` while there is
    /// no journal.
    var descriptor: Int32
    /// The path of the socket of journald.
    var journalPath: String
}
