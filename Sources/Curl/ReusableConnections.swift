// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The sockets of the connections that libcurl keeps open between two transfers.
///
/// A server can send bytes on such a connection that answer no request: a 408 (Request Timeout) response before it
/// closes the connection, the body of a response to HEAD, or a second response. The next transfer would take them for
/// its own response. libcurl 7.88 reuses the connection all the same, so the transfer asks this type before it sends
/// its request.
///
/// The object is used on the px-curl thread only.
final class ReusableConnections {
    /// The two ends of a TCP connection, as libcurl reports them: IP addresses as text, and ports.
    struct Ends: Hashable {
        var localIP: String
        var localPort: Int32
        var remoteIP: String
        var remotePort: Int32
    }

    private var sockets: [Ends: Int32] = [:]
    /// The number of entries above which those of closed connections are removed.
    private let limit: Int

    /// Makes an empty set of connections.
    ///
    /// - Parameter maxConnections: the maximum number of open connections.
    init(maxConnections: Int) { limit = 2 * maxConnections }

    /// Stores the socket of a connection that the next transfer can reuse.
    func store(_ socket: Int32, of ends: Ends) {
        // libcurl reports no end of a connection, so the entries of closed ones are removed now and then.
        if sockets.count >= limit { sockets = sockets.filter { Self.isOpen($0.value, $0.key) } }
        sockets[ends] = socket
    }

    /// Returns true when bytes, an end or an error wait on a connection on which no request is pending. The result is
    /// false for a connection that is not stored.
    func hasUnaskedInput(_ ends: Ends) -> Bool {
        guard let socket = sockets[ends], Self.isOpen(socket, ends) else { return false }
        var state = pollfd(fd: socket, events: Int16(POLLIN) | Self.peerHangUp, revents: 0)
        return poll(&state, 1, 0) > 0
    }

    /// The flag `POLLRDHUP` of poll(2), which Glibc defines for GNU sources only.
    private static let peerHangUp: Int16 = 0x2000

    /// Returns true when `socket` still belongs to the connection, because the number of a closed descriptor is used
    /// again.
    private static func isOpen(_ socket: Int32, _ ends: Ends) -> Bool {
        port(socket, getsockname) == ends.localPort && port(socket, getpeername) == ends.remotePort
    }

    private typealias NameCall = (Int32, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) ->
        Int32

    /// Returns the port that `call`, getsockname(2) or getpeername(2), reports for a socket; nil for an error.
    private static func port(_ socket: Int32, _ call: NameCall) -> Int32? {
        var storage = sockaddr_storage()
        var length = socklen_t(MemoryLayout<sockaddr_storage>.size)
        let code = withUnsafeMutablePointer(to: &storage) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) { call(socket, $0, &length) }
        }
        let family = Int32(storage.ss_family)
        guard code == 0, family == AF_INET || family == AF_INET6 else { return nil }
        // The port has the same offset in both address families.
        let port = withUnsafeBytes(of: &storage) { $0.loadUnaligned(fromByteOffset: 2, as: UInt16.self) }
        return Int32(UInt16(bigEndian: port))
    }
}
