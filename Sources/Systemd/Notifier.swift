// SPDX-License-Identifier: Apache-2.0

import CLibSystemd

/// The sender of state notifications to the service manager (sd_notify(3)).
package struct Notifier: Sendable {
    private let deliver: @Sendable (String) -> Void

    /// The notifier that sends to the socket in the environment variable `NOTIFY_SOCKET`. Without that variable nothing
    /// is sent.
    ///
    /// Errors of the socket are ignored, because the service works without notifications as well.
    package static let serviceManager = Notifier { text in _ = sd_notify(0, text) }

    /// Makes a notifier that calls `deliver` with the text of each datagram.
    package init(_ deliver: @escaping @Sendable (String) -> Void) {
        self.deliver = deliver
    }

    /// Sends the notifications `states` in one datagram, so that the service manager applies them together.
    package func send(_ states: NotifyMessage...) {
        guard !states.isEmpty else { return }
        deliver(states.map(\.assignments).joined(separator: "\n"))
    }
}
