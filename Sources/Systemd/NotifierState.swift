// SPDX-License-Identifier: Apache-2.0

/// The notifications that the service manager has not received yet, in the order of their datagrams. There is at most
/// one of each kind.
struct NotifierState {
    private(set) var datagrams: [[NotifyMessage]] = []

    /// Adds the notifications of one datagram. They replace those of the same kinds.
    mutating func add(_ states: [NotifyMessage]) {
        remove { kept in states.contains { $0.kind == kept.kind } }
        if !states.isEmpty { datagrams.append(states) }
    }

    /// Calls `send` with the text of each datagram until it returns false. The datagrams that were not sent are kept,
    /// without keep-alive pings.
    ///
    /// - Returns: True when all datagrams were sent.
    mutating func deliver(_ send: (String) -> Bool) -> Bool {
        while let first = datagrams.first {
            guard send(first.map(\.assignments).joined(separator: "\n")) else {
                remove { $0.kind == NotifyMessage.keepAlive.kind }
                return false
            }
            datagrams.removeFirst()
        }
        return true
    }

    private mutating func remove(where isObsolete: (NotifyMessage) -> Bool) {
        datagrams = datagrams.map { $0.filter { !isObsolete($0) } }.filter { !$0.isEmpty }
    }
}
