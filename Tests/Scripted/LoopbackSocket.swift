// SPDX-License-Identifier: Apache-2.0

import Glibc

/// Functions for TCP sockets of the loopback interface.
enum LoopbackSocket {
    /// The flag `POLLRDHUP` of poll(2), which Glibc defines for GNU sources only.
    static let peerHangUp: Int16 = 0x2000

    /// Returns a socket that is bound to a free port of the loopback address.
    static func bound(_ family: LoopbackServer.Family) throws -> Int32 {
        let domain = family == .ipv4 ? AF_INET : AF_INET6
        let descriptor = socket(domain, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw LoopbackFailure("socket") }
        var storage = sockaddr_storage()
        storage.ss_family = sa_family_t(domain)
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        withUnsafeMutableBytes(of: &storage) { bytes in
            if family == .ipv4 {
                bytes.assumingMemoryBound(to: sockaddr_in.self)[0].sin_addr.s_addr =
                    UInt32(0x7f00_0001).bigEndian
            } else {
                bytes.assumingMemoryBound(to: sockaddr_in6.self)[0].sin6_addr = in6addr_loopback
                length = socklen_t(MemoryLayout<sockaddr_in6>.size)
            }
        }
        let code = withUnsafePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { bind(descriptor, $0, length) }
        }
        guard code == 0 else { throw LoopbackFailure("bind", closing: descriptor) }
        return descriptor
    }

    /// Returns the port to which a socket is bound.
    static func port(of descriptor: Int32) throws -> Int {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let code = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard code == 0 else { throw LoopbackFailure("getsockname") }
        // The port has the same offset in both address families.
        let port = withUnsafeBytes(of: &storage) { $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self) }
        return Int(UInt16(bigEndian: port))
    }

    /// Waits for a connection and returns its file descriptor; nil when the listener has been shut down.
    static func accepted(_ listener: Int32) -> Int32? {
        while true {
            let descriptor = accept(listener, nil, nil)
            if descriptor >= 0 { return descriptor }
            guard errno == EINTR || errno == ECONNABORTED else { return nil }
        }
    }
}
