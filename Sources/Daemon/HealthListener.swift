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
        guard let target = SocketAddress(address) else {
            throw HealthServerError(call: "inet_pton", address: "\(address)", code: EINVAL)
        }
        let descriptor = socket(target.family, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else {
            throw HealthServerError(call: "socket", address: "\(address)", code: errno)
        }
        switch address {
        case .unix(let path):
            // A socket that nobody answers was left behind by a process that is gone. Any other file stays.
            var status = stat()
            if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK, !isAnswered(target) {
                unlink(path)
            }
            try listen(on: descriptor, target, name: address)
            return HealthListener(descriptor: descriptor, address: address, path: path)
        case .internet(let host, _):
            var yes: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
            try listen(on: descriptor, target, name: address)
            return HealthListener(
                descriptor: descriptor, address: .internet(host: host, port: port(of: descriptor)), path: nil)
        }
    }

    private static func isAnswered(_ target: SocketAddress) -> Bool {
        let probe = socket(target.family, Int32(SOCK_STREAM.rawValue), 0)
        defer { close(probe) }
        return target.connect(probe) == 0
    }

    private static func listen(
        on descriptor: Int32, _ target: SocketAddress, name: ListenAddress
    ) throws(HealthServerError) {
        guard target.bind(descriptor) == 0 else {
            let code = errno
            close(descriptor)
            throw HealthServerError(call: "bind", address: "\(name)", code: code)
        }
        guard Glibc.listen(descriptor, 64) == 0 else {
            let code = errno
            close(descriptor)
            throw HealthServerError(call: "listen", address: "\(name)", code: code)
        }
    }

    /// The port that was taken when 0 was asked for.
    private static func port(of descriptor: Int32) -> UInt16 {
        // In both families the port stands at the same place.
        var bound = sockaddr_in6()
        var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        withUnsafeMutablePointer(to: &bound) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &size) }
        }
        return UInt16(bigEndian: bound.sin6_port)
    }
}
