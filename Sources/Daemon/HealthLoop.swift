// SPDX-License-Identifier: Apache-2.0

import Glibc
import Systemd

/// The event loop of the health server, which calls poll(2) for all sockets. It is used only on the thread of the
/// server.
///
/// A client that sends nothing, or reads nothing, delays no other client: no call blocks, and when the number of
/// connections is at its limit, the oldest one without a complete request makes room for the next.
struct HealthLoop: ~Copyable {
    private let listener: HealthListener
    private let wake: Int32
    private let limits: HealthLimits
    private let respond: (HealthRequest) -> HealthReply?
    /// The connections, the oldest first.
    private var connections: [HealthConnection] = []
    /// The time before which no connection is accepted, because the process has no free file descriptor.
    private var pauseEnd: ContinuousClock.Instant?

    private static let pause = Duration.milliseconds(100)
    /// The maximum number of connections that are accepted before the sockets are polled again.
    private static let acceptsPerTurn = 64

    /// Makes a loop.
    ///
    /// - Parameters:
    ///   - listener: the socket, which the loop closes at its end.
    ///   - wake: a socket whose peer ends the loop when it shuts down the connection.
    ///   - respond: the function that returns the response to a request, or nil for 404 Not Found.
    init(
        listener: HealthListener, wake: Int32, limits: HealthLimits,
        respond: @escaping (HealthRequest) -> HealthReply?
    ) {
        self.listener = listener
        self.wake = wake
        self.limits = limits
        self.respond = respond
    }

    deinit {
        listener.end()
        close(wake)
    }

    /// Serves connections until the peer of `wake` shuts down.
    mutating func run() {
        while true {
            let isListening = pauseEnd.map { $0 <= .now } ?? true
            var sockets = [
                pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
                pollfd(fd: isListening ? listener.descriptor : -1, events: Int16(POLLIN), revents: 0),
            ]
            sockets += connections.map { connection in
                let events = connection.isUnread ? POLLIN : POLLOUT
                return pollfd(fd: connection.descriptor, events: Int16(events), revents: 0)
            }
            guard poll(&sockets, nfds_t(sockets.count), timeout) >= 0 else { continue }
            if sockets[0].revents != 0 { return }
            for (connection, socket) in zip(connections, sockets.dropFirst(2)) where socket.revents != 0 {
                connection.advance(respond)
            }
            let now = ContinuousClock.now
            connections.removeAll { $0.isDone || $0.deadline <= now }
            if sockets[1].revents != 0 { accept() }
        }
    }

    /// The time in milliseconds until the next deadline; -1 when there is none.
    private var timeout: Int32 {
        let next = (connections.map(\.deadline) + [pauseEnd].compactMap(\.self)).min()
        guard let next else { return -1 }
        return Int32(max(0, (next - .now) / .milliseconds(1)).rounded(.up))
    }

    private mutating func accept() {
        pauseEnd = nil
        for _ in 0..<Self.acceptsPerTurn {
            if connections.count >= limits.connections { evict() }
            let descriptor = AcceptedSocket.accept(from: listener.descriptor)
            guard descriptor >= 0 else {
                switch errno {
                case EINTR, ECONNABORTED: continue
                case EMFILE, ENFILE, ENOBUFS, ENOMEM:
                    // The client waits in the backlog. Without a pause the loop would use a whole processor.
                    evict()
                    pauseEnd = .now + Self.pause
                    return
                default: return
                }
            }
            let connection = HealthConnection(descriptor, limits: limits)
            // Most requests have arrived already. A request that is read at once is not evicted.
            connection.advance(respond)
            if !connection.isDone { connections.append(connection) }
        }
    }

    /// Closes the oldest connection without a complete request, or the oldest one when there is no such connection.
    private mutating func evict() {
        guard !connections.isEmpty else { return }
        connections.remove(at: connections.firstIndex { $0.isUnread } ?? 0)
    }
}
