// SPDX-License-Identifier: Apache-2.0

import CLibSystemd

/// The accepting of connections by accept4(2).
package enum AcceptedSocket {
    /// Accepts a connection and returns the descriptor of its socket, or -1 with the error in `errno`. The socket is
    /// non-blocking, and close-on-exec from the beginning, so that no child process inherits it.
    package static func accept(from listener: Int32) -> Int32 { px_accept(listener) }
}
