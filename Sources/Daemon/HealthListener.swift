// SPDX-License-Identifier: Apache-2.0

import Glibc
import Settings

/// A listening socket.
struct HealthListener {
    var descriptor: Int32
    var address: ListenAddress
    /// The file that the socket made and that goes with it.
    var path: String?

    static func open(_ address: ListenAddress) throws(HealthServerError) -> HealthListener {
        switch address {
        case .unix(let path): try openUnix(path)
        case .internet(let host, let port): try openInternet(host, port)
        }
    }

    private static func openUnix(_ path: String) throws(HealthServerError) -> HealthListener {
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw HealthServerError(call: "socket", address: path, code: errno) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: path.utf8) }
        // A socket that nobody answers was left behind by a process that is gone. Any other file stays.
        var status = stat()
        if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK, !isAnswered(address) {
            unlink(path)
        }
        try listen(on: descriptor, address, name: path)
        return HealthListener(descriptor: descriptor, address: .unix(path: path), path: path)
    }

    private static func isAnswered(_ address: sockaddr_un) -> Bool {
        let probe = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(probe) }
        return withSocketAddress(address) { connect(probe, $0, $1) } == 0
    }

    private static func openInternet(_ host: String, _ port: UInt16) throws(HealthServerError)
        -> HealthListener
    {
        let name = host.contains(":") ? "[\(host)]:\(port)" : "\(host):\(port)"
        var four = sockaddr_in()
        var six = sockaddr_in6()
        let isFour = inet_pton(AF_INET, host, &four.sin_addr) == 1
        guard isFour || inet_pton(AF_INET6, host, &six.sin6_addr) == 1 else {
            throw HealthServerError(call: "inet_pton", address: name, code: EINVAL)
        }
        let descriptor = socket(isFour ? AF_INET : AF_INET6, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw HealthServerError(call: "socket", address: name, code: errno) }
        var yes: Int32 = 1
        setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        if isFour {
            four.sin_family = sa_family_t(AF_INET)
            four.sin_port = port.bigEndian
            try listen(on: descriptor, four, name: name)
        } else {
            six.sin6_family = sa_family_t(AF_INET6)
            six.sin6_port = port.bigEndian
            try listen(on: descriptor, six, name: name)
        }
        // In both families the port stands at the same place.
        var bound = sockaddr_in6()
        var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        withUnsafeMutablePointer(to: &bound) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &size) }
        }
        let taken = UInt16(bigEndian: bound.sin6_port)
        return HealthListener(descriptor: descriptor, address: .internet(host: host, port: taken), path: nil)
    }

    private static func listen<Address>(
        on descriptor: Int32, _ address: Address, name: String
    ) throws(HealthServerError) {
        guard withSocketAddress(address, { bind(descriptor, $0, $1) }) == 0 else {
            let code = errno
            close(descriptor)
            throw HealthServerError(call: "bind", address: name, code: code)
        }
        guard Glibc.listen(descriptor, 64) == 0 else {
            let code = errno
            close(descriptor)
            throw HealthServerError(call: "listen", address: name, code: code)
        }
    }

    private static func withSocketAddress<Address>(
        _ address: Address, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Int32
    ) -> Int32 {
        withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<Address>.size))
            }
        }
    }
}
