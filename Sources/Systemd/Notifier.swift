// SPDX-License-Identifier: Apache-2.0

import CLibSystemd

/// The sender of state notifications to the service manager (sd_notify(3)).
package struct Notifier: Sendable {
    private let deliver: @Sendable (String) -> Void

    /// The notifier of the socket that `NOTIFY_SOCKET` names. Without that variable it sends nothing.
    ///
    /// Errors of the socket are ignored: a service can work without its manager.
    package static let serviceManager = Notifier { text in _ = sd_notify(0, text) }

    /// Makes a notifier that passes the text of each datagram to `deliver`.
    package init(_ deliver: @escaping @Sendable (String) -> Void) {
        self.deliver = deliver
    }

    /// Sends all `states` in one datagram, so that the service manager applies them together.
    package func send(_ states: NotifyMessage...) {
        guard !states.isEmpty else { return }
        deliver(states.map(\.assignments).joined(separator: "\n"))
    }
}
