// SPDX-License-Identifier: Apache-2.0

import Glibc

/// The event loop of the health server, which calls poll(2) for all sockets. After its initialization, the object is
/// used only on the thread of the server.
final class HealthLoop {
    private static let maxConnections = 32
    /// The maximum size of a request in bytes.
    private static let maxRequestBytes = 8192
    /// The maximum duration of a connection, from accept(2) to the last byte of the response.
    private static let timeout = Duration.seconds(5)

    private let listener: HealthListener
    private let wake: Int32
    private let respond: (String) -> HealthReply?
    private var connections: [Connection] = []

    private struct Connection {
        var descriptor: Int32
        var deadline: ContinuousClock.Instant
        var request: [UInt8] = []
        /// The bytes of the response that have not been sent yet; nil while the request is being read.
        var response: ArraySlice<UInt8>?
        var isDone = false
    }

    init(listener: HealthListener, wake: Int32, respond: @escaping (String) -> HealthReply?) {
        self.listener = listener
        self.wake = wake
        self.respond = respond
        setNonBlocking(listener.descriptor)
    }

    /// Serves connections until the write end of the pipe `wake` is closed.
    func run() {
        defer { close() }
        while true {
            var sockets = [
                pollfd(fd: wake, events: Int16(POLLIN), revents: 0),
                pollfd(
                    fd: connections.count < Self.maxConnections ? listener.descriptor : -1,
                    events: Int16(POLLIN), revents: 0),
            ]
            sockets += connections.map {
                pollfd(fd: $0.descriptor, events: Int16($0.response == nil ? POLLIN : POLLOUT), revents: 0)
            }
            poll(&sockets, nfds_t(sockets.count), connections.isEmpty ? -1 : 500)
            if sockets[0].revents != 0 { return }
            for (index, socket) in sockets.dropFirst(2).enumerated() where socket.revents != 0 {
                advance(&connections[index])
            }
            let now = ContinuousClock.now
            connections.removeAll { connection in
                guard connection.isDone || connection.deadline < now else { return false }
                Glibc.close(connection.descriptor)
                return true
            }
            if sockets[1].revents != 0 { accept() }
        }
    }

    private func accept() {
        let descriptor = Glibc.accept(listener.descriptor, nil, nil)
        guard descriptor >= 0 else {
            // Out of file descriptors: the connection stays pending, and without a pause the loop would spin.
            if errno == EMFILE || errno == ENFILE { usleep(100_000) }
            return
        }
        setNonBlocking(descriptor)
        connections.append(Connection(descriptor: descriptor, deadline: .now + Self.timeout))
    }

    private func advance(_ connection: inout Connection) {
        if connection.response == nil { receive(&connection) }
        if connection.response != nil { send(&connection) }
    }

    private func receive(_ connection: inout Connection) {
        var chunk = [UInt8](repeating: 0, count: 2048)
        let count = recv(connection.descriptor, &chunk, chunk.count, 0)
        guard count > 0 else {
            connection.isDone = count == 0 || (errno != EAGAIN && errno != EINTR)
            return
        }
        connection.request += chunk[..<count]
        if connection.request.contains(Array("\r\n\r\n".utf8)) {
            connection.response = response(to: connection.request)[...]
        } else if connection.request.count > Self.maxRequestBytes {
            connection.response =
                Self.render(HealthReply(431, "the request is too long\n"), withBody: true)[...]
        }
    }

    private func send(_ connection: inout Connection) {
        guard let rest = connection.response else { return }
        let count = rest.withUnsafeBytes {
            Glibc.send(connection.descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard count >= 0 else {
            connection.isDone = errno != EAGAIN && errno != EINTR
            return
        }
        connection.response = rest.dropFirst(count)
        connection.isDone = count == rest.count
    }

    private func response(to request: [UInt8]) -> [UInt8] {
        let line = String(decoding: request.prefix { $0 != UInt8(ascii: "\r") }, as: UTF8.self).split(
            separator: " ")
        guard line.count == 3, line[2].hasPrefix("HTTP/1.") else {
            return Self.render(HealthReply(400, "not an HTTP/1.1 request\n"), withBody: true)
        }
        guard line[0] == "GET" || line[0] == "HEAD" else {
            return Self.render(HealthReply(405, "use GET or HEAD\n"), withBody: true)
        }
        let path = String(line[1].prefix { $0 != "?" })
        let reply =
            respond(path) ?? HealthReply(404, "not found; the paths are /livez, /readyz and /metrics\n")
        return Self.render(reply, withBody: line[0] == "GET")
    }

    private static func render(_ reply: HealthReply, withBody: Bool) -> [UInt8] {
        let reasons = [
            200: "OK", 400: "Bad Request", 404: "Not Found", 405: "Method Not Allowed",
            431: "Request Header Fields Too Large", 503: "Service Unavailable",
        ]
        let allow = reply.status == 405 ? "Allow: GET, HEAD\r\n" : ""
        let head =
            "HTTP/1.1 \(reply.status) \(reasons[reply.status] ?? "Status")\r\nContent-Type: \(reply.contentType)\r\n"
            + "Content-Length: \(reply.body.utf8.count)\r\nCache-Control: no-store\r\n\(allow)Connection: close\r\n\r\n"
        return Array((head + (withBody ? reply.body : "")).utf8)
    }

    private func close() {
        for connection in connections { Glibc.close(connection.descriptor) }
        Glibc.close(listener.descriptor)
        Glibc.close(wake)
        if let path = listener.path { unlink(path) }
    }

    private func setNonBlocking(_ descriptor: Int32) {
        _ = fcntl(descriptor, F_SETFL, fcntl(descriptor, F_GETFL) | O_NONBLOCK)
        _ = fcntl(descriptor, F_SETFD, FD_CLOEXEC)
    }
}
