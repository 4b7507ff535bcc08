// SPDX-License-Identifier: Apache-2.0

import Glibc
import Settings

/// A listening socket of the health server.
struct HealthListener {
    var descriptor: Int32
    /// The address of the socket, with the port that the kernel selected instead of port 0.
    var address: ListenAddress
    /// The path of a Unix domain socket, which is removed when the server stops; nil for TCP.
    var path: String?
    /// The device and the inode of the file at `path`.
    private var file: (device: dev_t, inode: ino_t)?

    private static let socketType = Int32(
        SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue | SOCK_NONBLOCK.rawValue)

    /// Opens and returns a non-blocking socket that listens at `address`.
    ///
    /// - Throws: `HealthServerError` when the address is invalid or in use.
    static func open(_ address: ListenAddress) throws(HealthServerError) -> HealthListener {
        guard let target = SocketAddress(address) else {
            throw HealthServerError(call: "inet_pton", address: "\(address)", code: EINVAL)
        }
        let descriptor = socket(target.family, socketType, 0)
        guard descriptor >= 0 else {
            throw HealthServerError(call: "socket", address: "\(address)", code: errno)
        }
        switch address {
        case .unix(let path):
            // A socket that refuses connections is stale: its process has ended. Other files are never removed.
            var status = stat()
            if lstat(path, &status) == 0, status.st_mode & S_IFMT == S_IFSOCK, refusesConnections(target) {
                unlink(path)
            }
            try listen(on: descriptor, target, name: address)
            var listener = HealthListener(descriptor: descriptor, address: address, path: path)
            if lstat(path, &status) == 0 { listener.file = (status.st_dev, status.st_ino) }
            return listener
        case .internet(let host, _):
            var yes: Int32 = 1
            setsockopt(descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
            try listen(on: descriptor, target, name: address)
            return HealthListener(
                descriptor: descriptor, address: .internet(host: host, port: port(of: descriptor)), path: nil)
        }
    }

    /// Closes the socket, and removes the file at `path` unless another server has replaced it.
    func end() {
        close(descriptor)
        var status = stat()
        if let path, let file, lstat(path, &status) == 0, status.st_dev == file.device,
            status.st_ino == file.inode
        {
            unlink(path)
        }
    }

    /// Returns true when no process listens on a Unix domain socket. Other errors of connect(2) do not show that: the
    /// backlog of a server may be full (`EAGAIN`), and the socket may be of another type (`EPROTOTYPE`).
    private static func refusesConnections(_ target: SocketAddress) -> Bool {
        let probe = socket(target.family, socketType, 0)
        defer { close(probe) }
        return target.connect(probe) != 0 && errno == ECONNREFUSED
    }

    private init(descriptor: Int32, address: ListenAddress, path: String?) {
        self.descriptor = descriptor
        self.address = address
        self.path = path
    }

    private static func listen(
        on descriptor: Int32, _ target: SocketAddress, name: ListenAddress
    ) throws(HealthServerError) {
        guard target.bind(descriptor) == 0 else {
            let code = errno
            close(descriptor)
            throw HealthServerError(call: "bind", address: "\(name)", code: code)
        }
        // A full backlog would delay clients by seconds, because TCP drops their connection requests.
        guard Glibc.listen(descriptor, Int32(SOMAXCONN)) == 0 else {
            let code = errno
            close(descriptor)
            throw HealthServerError(call: "listen", address: "\(name)", code: code)
        }
    }

    /// Returns the port that a TCP socket is bound to.
    private static func port(of descriptor: Int32) -> UInt16 {
        // sin_port and sin6_port have the same offset.
        var bound = sockaddr_in6()
        var size = socklen_t(MemoryLayout<sockaddr_in6>.size)
        withUnsafeMutablePointer(to: &bound) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { _ = getsockname(descriptor, $0, &size) }
        }
        return UInt16(bigEndian: bound.sin6_port)
    }
}
