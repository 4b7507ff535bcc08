// SPDX-License-Identifier: Apache-2.0

import Glibc
package import HTTP

/// A listener with a full backlog. The kernel drops further connection attempts without an answer, as for a host that
/// is down. (The answer for an address outside the machine would depend on the network of the test.)
package final class LoopbackFullBacklog: Sendable {
    package let port: Int
    private let descriptors: [Int32]

    package init() throws {
        let listener = try LoopbackSocket.bound(.ipv4)
        guard listen(listener, 0) == 0 else { throw LoopbackFailure("listen", closing: listener) }
        port = try LoopbackSocket.port(of: listener)
        var open = [listener]
        // The kernel decides how many connections fit, so they are opened until one is not accepted.
        while open.count < 64 {
            let (descriptor, isConnected) = try Self.connect(to: port)
            open.append(descriptor)
            if !isConnected { break }
        }
        descriptors = open
    }

    deinit { for descriptor in descriptors { close(descriptor) } }

    package var url: URL { URL(.http, host: "127.0.0.1", port: port) }

    /// Opens a connection and returns its file descriptor. `isConnected` is false if the connection is not established
    /// within 200 ms.
    private static func connect(to port: Int) throws -> (Int32, isConnected: Bool) {
        let kind = SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue
        let descriptor = socket(AF_INET, Int32(kind), 0)
        guard descriptor >= 0 else { throw LoopbackFailure("socket") }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = UInt16(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        _ = withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Glibc.connect(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
        var waiting = pollfd(fd: descriptor, events: Int16(POLLOUT), revents: 0)
        return (descriptor, poll(&waiting, 1, 200) == 1)
    }
}
