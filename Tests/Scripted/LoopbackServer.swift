// SPDX-License-Identifier: Apache-2.0

import Glibc
package import HTTP
import Support

/// A server on a real loopback socket that does what a script says, connection by connection: also what no
/// proper server would do.
///
/// The first connection gets the first script, the second the second; the last one serves all further
/// connections. Each runs on a thread of its own with plain blocking calls, and a script ends when it returns
/// or when the peer leaves.
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
    /// Connections accepted so far.
    package let connections = LoopbackTally()
    /// Requests read by scripts so far.
    package let requests = LoopbackTally()
    /// Connections that the peer, not the script, ended.
    package let hangUps = LoopbackTally()

    private let family: Family
    private let scripts: [Script]
    private let log = Locked<[LoopbackRequest]>([])
    private let sockets: Locked<Sockets>

    private struct Sockets {
        var listener: Int32
        var isStopped = false
        var open: Set<Int32> = []
    }

    package init(on family: Family = .ipv4, scripts: [Script]) throws {
        precondition(!scripts.isEmpty, "a server needs a script")
        let listener = try LoopbackSocket.bound(family)
        guard listen(listener, 512) == 0 else { throw LoopbackFailure("listen", closing: listener) }
        port = try LoopbackSocket.port(of: listener)
        self.family = family
        self.scripts = scripts
        sockets = Locked(Sockets(listener: listener))
        TestThread.start { [weak self] in
            // The thread must not keep the server alive, or nobody would ever stop it.
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

    /// One script for every connection.
    package convenience init(_ script: @escaping Script) throws {
        try self.init(scripts: [script])
    }

    deinit { stop() }

    /// What arrived, in the order in which scripts have read it.
    package var received: [LoopbackRequest] { log.withLock { $0 } }

    package func url(_ path: String = "/", query: [URL.QueryItem] = []) -> URL {
        URL(.http, host: family == .ipv4 ? "127.0.0.1" : "[::1]", port: port, path: path, query: query)
    }

    /// Refuses new connections and breaks the open ones. Scripts that wait for their peer end.
    package func stop() {
        sockets.withLock { sockets in
            guard !sockets.isStopped else { return }
            sockets.isStopped = true
            shutdown(sockets.listener, Int32(SHUT_RDWR))
            for descriptor in sockets.open { shutdown(descriptor, Int32(SHUT_RDWR)) }
        }
    }

    /// A script that answers every request on a connection alike.
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
            // Under the lock: `stop` must not reach a descriptor that already is somebody else's.
            sockets.withLock { sockets in
                sockets.open.remove(descriptor)
                close(descriptor)
            }
        }
    }
}

/// A request as a script read it.
package struct LoopbackRequest: Sendable {
    package var method: String
    /// As it came over the wire, with the query.
    package var target: String
    package var headers: Headers
    package var body: [UInt8]
}

/// Something that is counted and waited for.
package final class LoopbackTally: Sendable {
    private let value = Locked(0)

    package var count: Int { value.withLock { $0 } }

    func add() { value.withLock { $0 += 1 } }

    /// Returns as soon as `count` is at least `target`; throws when the task is cancelled.
    package func reaches(_ target: Int) async throws {
        while count < target { try await Task.sleep(for: .milliseconds(2)) }
    }
}
