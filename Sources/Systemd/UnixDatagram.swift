// SPDX-License-Identifier: Apache-2.0

import CLibSystemd
import Glibc

/// The sending of datagrams to the Unix sockets of systemd: that of the service manager and that of the journal.
enum UnixDatagram {
    /// Opens a datagram socket and connects it to the socket at `path`.
    ///
    /// - Parameter path: An absolute path, or `@` and a name in the abstract namespace (unix(7)).
    /// - Returns: The descriptor, or the negative value of `errno`.
    static func connect(to path: String) -> Int32 {
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        var name = Array(path.utf8)
        guard let first = name.first, first == UInt8(ascii: "/") || first == UInt8(ascii: "@"),
            name.count > 1, name.count < MemoryLayout.size(ofValue: address.sun_path)
        else { return -EINVAL }
        let isAbstract = first == UInt8(ascii: "@")
        if isAbstract { name[0] = 0 }
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: name) }
        // The NUL after a path is part of the address, but would be part of an abstract name.
        let offset = MemoryLayout<sockaddr_un>.size - MemoryLayout.size(ofValue: address.sun_path)
        let length = socklen_t(offset + name.count + (isAbstract ? 0 : 1))

        let descriptor = socket(AF_UNIX, Int32(SOCK_DGRAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return -errno }
        let code = withUnsafePointer(to: address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { Glibc.connect(descriptor, $0, length) }
        }
        guard code == 0 else {
            let error = errno
            close(descriptor)
            return -error
        }
        return descriptor
    }

    /// Sends one datagram. While the queue of the receiver is full, the function waits, unless `flags` contains
    /// `MSG_DONTWAIT`.
    ///
    /// - Returns: 0 on success, or the value of `errno`.
    static func send(_ bytes: [UInt8], to descriptor: Int32, flags: Int32 = 0) -> Int32 {
        while true {
            let count = bytes.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, flags | Int32(MSG_NOSIGNAL))
            }
            guard count < 0 else { return 0 }
            if errno != EINTR { return errno }
        }
    }
}
