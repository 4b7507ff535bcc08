// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A connection to the socket of journald, which receives entries in the native protocol of the journal.
struct JournalSocket: ~Copyable {
    /// The path of the socket (systemd-journald.service(8)).
    static let defaultPath = "/run/systemd/journal/socket"

    private let path: String
    private var descriptor: Int32 = -1

    init(path: String) { self.path = path }

    deinit { if descriptor >= 0 { close(descriptor) } }

    /// Sends an entry. While journald does not receive, the function waits. When the socket was replaced, it connects
    /// to the new one.
    ///
    /// - Parameter entry: The bytes of the entry (`JournalFields.entry`). With the bounds of `LogBounds` an entry is
    ///   below the maximum size of a datagram, which is 208 KiB by default (socket(7), `wmem_default`).
    /// - Returns: 0 on success, or the value of `errno`.
    mutating func send(_ entry: [UInt8]) -> Int32 {
        if descriptor >= 0 {
            guard UnixDatagram.send(entry, to: descriptor) != 0 else { return 0 }
            close(descriptor)
            descriptor = -1
        }
        let new = UnixDatagram.connect(to: path)
        guard new >= 0 else { return -new }
        let error = UnixDatagram.send(entry, to: new)
        guard error == 0 else {
            close(new)
            return error
        }
        descriptor = new
        return 0
    }
}
