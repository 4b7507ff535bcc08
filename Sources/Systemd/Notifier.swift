// SPDX-License-Identifier: Apache-2.0

import Glibc
import Support

/// The sender of state notifications to the service manager (sd_notify(3)).
///
/// Sending never waits. While the service manager does not read its socket, notifications are kept, and a later one
/// replaces an earlier one of the same kind. They are sent by the next calls. The keep-alive ping of the watchdog is
/// not kept, because only the next health check shows whether it is still true.
package final class Notifier: Sendable {
    private let deliver: @Sendable (String) -> Bool
    private let state = Locked(NotifierState())

    /// The notifier that sends to the socket in the environment variable `NOTIFY_SOCKET`. Without that variable nothing
    /// is sent.
    package static let serviceManager = Notifier { text in
        guard let path = getenv("NOTIFY_SOCKET") else { return true }
        let descriptor = UnixDatagram.connect(to: String(cString: path))
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        return UnixDatagram.send(Array(text.utf8), to: descriptor, flags: Int32(MSG_DONTWAIT)) == 0
    }

    /// Makes a notifier that calls `deliver` with the text of each datagram.
    ///
    /// - Parameter deliver: the function that sends a datagram without waiting. It returns false when the datagram has
    ///   to be sent again.
    package init(_ deliver: @escaping @Sendable (String) -> Bool) {
        self.deliver = deliver
    }

    /// Sends the notifications `states` in one datagram, so that the service manager applies them together, after those
    /// that are kept.
    ///
    /// - Returns: True when the datagram was sent.
    @discardableResult
    package func send(_ states: NotifyMessage...) -> Bool {
        state.withLock { state in
            state.add(states)
            return state.deliver(deliver)
        }
    }

    /// Sends the notifications that are kept. Returns true when none is left.
    @discardableResult
    package func retry() -> Bool { state.withLock { $0.deliver(deliver) } }

    /// Sends the notifications that are kept, and waits for the service manager for at most `time`. Returns true when
    /// none is left.
    @discardableResult
    package func flush(within time: Duration) -> Bool {
        let deadline = ContinuousClock.now + time
        while !retry() {
            guard ContinuousClock.now < deadline else { return false }
            usleep(10_000)
        }
        return true
    }
}
