// SPDX-License-Identifier: Apache-2.0

import Glibc
import Settings

/// A `ListenAddress` as the `sockaddr` of bind(2) and connect(2).
struct SocketAddress {
    private var storage: Storage

    private enum Storage {
        case unix(sockaddr_un)
        case four(sockaddr_in)
        case six(sockaddr_in6)
    }

    /// Makes the socket address of a listen address; nil when its host is not numeric.
    init?(_ address: ListenAddress) {
        switch address {
        case .unix(let path):
            var unix = sockaddr_un()
            unix.sun_family = sa_family_t(AF_UNIX)
            // `ListenAddress` admits only paths that fit into sun_path with its NUL.
            withUnsafeMutableBytes(of: &unix.sun_path) { $0.copyBytes(from: path.utf8) }
            storage = .unix(unix)
        case .internet(let host, let port):
            var four = sockaddr_in()
            var six = sockaddr_in6()
            if inet_pton(AF_INET, host, &four.sin_addr) == 1 {
                four.sin_family = sa_family_t(AF_INET)
                four.sin_port = port.bigEndian
                storage = .four(four)
            } else if inet_pton(AF_INET6, host, &six.sin6_addr) == 1 {
                six.sin6_family = sa_family_t(AF_INET6)
                six.sin6_port = port.bigEndian
                storage = .six(six)
            } else {
                return nil
            }
        }
    }

    var family: Int32 {
        switch storage {
        case .unix: AF_UNIX
        case .four: AF_INET
        case .six: AF_INET6
        }
    }

    func bind(_ descriptor: Int32) -> Int32 { with { Glibc.bind(descriptor, $0, $1) } }

    func connect(_ descriptor: Int32) -> Int32 { with { Glibc.connect(descriptor, $0, $1) } }

    private func with(_ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32) -> Int32 {
        switch storage {
        case .unix(let address): Self.with(address, call)
        case .four(let address): Self.with(address, call)
        case .six(let address): Self.with(address, call)
        }
    }

    private static func with<Address>(
        _ address: Address, _ call: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                call($0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }
}
