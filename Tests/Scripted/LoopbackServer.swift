// SPDX-License-Identifier: Apache-2.0

import Glibc
package import HTTP
import Support

/// A server on the loopback interface that runs a script for each connection. A script can violate HTTP, as a faulty
/// server does.
///
/// The first script is for the first connection, the second for the second, and the last one for all further
/// connections. Each runs on a thread of its own with blocking calls. The connection is closed when its script returns
/// or throws.
///
///     let server = try LoopbackServer { peer in
///         let request = try peer.readRequest()
///         try peer.respond(200, body: request.body)
///     }
///     let response = try await transport.send(Request(.get, server.url("/a")))
package final class LoopbackServer: Sendable {
    package typealias Script = @Sendable (LoopbackConnection) throws -> Void

    package enum Family: Sendable { case ipv4, ipv6 }

    package let port: Int
    /// The number of accepted connections.
    package let connections = LoopbackCounter()
    /// The number of requests that scripts have read and recorded.
    package let requests = LoopbackCounter()
    /// The number of connections whose script has thrown an error, as it does when the peer closes the connection.
    package let hangUps = LoopbackCounter()

    private let family: Family
    private let scripts: [Script]
    private let log = Locked<[LoopbackRequest]>([])
    private let sockets: Locked<Sockets>

    private struct Sockets {
        var listener: Int32
        var isStopped = false
        var open: Set<Int32> = []
    }

    /// Starts a server that listens on a free port.
    ///
    /// - Parameters:
    ///   - family: The address family of the loopback address.
    ///   - scripts: The scripts for the first, the second and further connections; the last one is for all that follow.
    package init(on family: Family = .ipv4, scripts: [Script]) throws {
        precondition(!scripts.isEmpty, "a server needs a script")
        let listener = try LoopbackSocket.bound(family)
        guard listen(listener, 512) == 0 else { throw LoopbackFailure("listen", closing: listener) }
        port = try LoopbackSocket.port(of: listener)
        self.family = family
        self.scripts = scripts
        sockets = Locked(Sockets(listener: listener))
        TestThread.start { [weak self] in
            // The thread must not keep the server alive, because `deinit` stops it.
            while let descriptor = LoopbackSocket.accepted(listener) {
                guard let self else {
                    close(descriptor)
                    break
                }
                self.serve(descriptor)
            }
            close(listener)
        }
    }

    /// Starts a server with one script for all connections.
    package convenience init(_ script: @escaping Script) throws {
        try self.init(scripts: [script])
    }

    deinit { stop() }

    /// The requests that scripts have read and recorded, in the order of reading.
    package var received: [LoopbackRequest] { log.withLock { $0 } }

    /// Returns a URL of this server.
    package func url(_ path: String = "/", query: [URL.QueryItem] = []) -> URL {
        URL(.http, host: family == .ipv4 ? "127.0.0.1" : "[::1]", port: port, path: path, query: query)
    }

    /// Stops listening and shuts down all connections, so that their scripts end. Further calls have no effect.
    package func stop() {
        sockets.withLock { sockets in
            guard !sockets.isStopped else { return }
            sockets.isStopped = true
            shutdown(sockets.listener, Int32(SHUT_RDWR))
            for descriptor in sockets.open { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    /// Returns a script that sends the same response to every request.
    package static func always(_ status: Int, headers: Headers = [:], body: [UInt8] = []) -> Script {
        { peer in
            while true {
                _ = try peer.readRequest()
                try peer.respond(status, headers: headers, body: body)
            }
        }
    }

    private func serve(_ descriptor: Int32) {
        let isStopped = sockets.withLock { sockets in
            if !sockets.isStopped { sockets.open.insert(descriptor) }
            return sockets.isStopped
        }
        guard !isStopped else {
            close(descriptor)
            return
        }
        let number = connections.count
        connections.add()
        let script = scripts[min(number, scripts.count - 1)]
        let (log, requests, hangUps, sockets) = (log, requests, hangUps, sockets)
        TestThread.start {
            let connection = LoopbackConnection(descriptor) { request in
                log.withLock { $0.append(request) }
                requests.add()
            }
            do {
                try script(connection)
            } catch {
                hangUps.add()
            }
            // Closed under the lock, because `stop` must not shut down a descriptor that has been reused.
            sockets.withLock { sockets in
                sockets.open.remove(descriptor)
                close(descriptor)
            }
        }
    }
}
