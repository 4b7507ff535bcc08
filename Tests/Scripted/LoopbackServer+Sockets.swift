// SPDX-License-Identifier: Apache-2.0

import Glibc
package import HTTP

/// A system call of the test support failed.
package struct LoopbackFailure: Error, CustomStringConvertible {
    package let description: String

    init(_ call: StaticString, closing descriptor: Int32 = -1) {
        description = "\(call): \(String(cString: strerror(errno)))"
        if descriptor >= 0 { close(descriptor) }
    }
}

enum LoopbackSocket {
    /// `POLLRDHUP`, which Glibc shows to GNU sources only.
    static let peerLeft: Int16 = 0x2000

    /// A TCP socket bound to a free port of the loopback address.
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

    static func port(of descriptor: Int32) throws -> Int {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let code = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { getsockname(descriptor, $0, &length) }
        }
        guard code == 0 else { throw LoopbackFailure("getsockname") }
        // The port is at the same place in both address families.
        let port = withUnsafeBytes(of: &storage) { $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self) }
        return Int(UInt16(bigEndian: port))
    }

    /// The next connection, or nil when the listener has been shut down.
    static func accepted(_ listener: Int32) -> Int32? {
        while true {
            let descriptor = accept(listener, nil, nil)
            if descriptor >= 0 { return descriptor }
            guard errno == EINTR || errno == ECONNABORTED else { return nil }
        }
    }
}

enum LoopbackThread {
    private final class Body {
        let run: @Sendable () -> Void

        init(_ run: @escaping @Sendable () -> Void) { self.run = run }
    }

    static func start(_ body: @escaping @Sendable () -> Void) {
        var thread = pthread_t()
        let code = pthread_create(
            &thread, nil,
            { context in
                guard let context else { return nil }
                Unmanaged<Body>.fromOpaque(context).takeRetainedValue().run()
                return nil
            }, Unmanaged.passRetained(Body(body)).toOpaque())
        precondition(code == 0, "pthread_create failed with \(code)")
        pthread_detach(thread)
    }
}

/// A port on which nobody listens and which nobody else can get: connecting is refused.
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

/// A listener whose queue is full: the kernel drops every further attempt to connect, as a host does that
/// has gone. (No outside address is needed, which may be answered by whatever network a test runs in.)
package final class LoopbackFullBacklog: Sendable {
    package let port: Int
    private let descriptors: [Int32]

    package init() throws {
        let listener = try LoopbackSocket.bound(.ipv4)
        guard listen(listener, 0) == 0 else { throw LoopbackFailure("listen", closing: listener) }
        port = try LoopbackSocket.port(of: listener)
        var open = [listener]
        // How many fit is the kernel's business: go on until one is left hanging.
        while open.count < 64 {
            let (descriptor, isConnected) = try Self.connect(to: port)
            open.append(descriptor)
            if !isConnected { break }
        }
        descriptors = open
    }

    deinit { for descriptor in descriptors { close(descriptor) } }

    package var url: URL { URL(.http, host: "127.0.0.1", port: port) }

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
