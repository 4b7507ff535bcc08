// SPDX-License-Identifier: Apache-2.0

import Glibc
package import HTTP

/// A TCP port that refuses connections. The object has a socket bound to the port, so that no other process listens on
/// it.
package final class LoopbackClosedPort: Sendable {
    package let port: Int
    private let descriptor: Int32

    package init() throws {
        descriptor = try LoopbackSocket.bound(.ipv4)
        port = try LoopbackSocket.port(of: descriptor)
    }

    deinit { close(descriptor) }

    package var url: URL { URL(.http, host: "127.0.0.1", port: port) }
}
