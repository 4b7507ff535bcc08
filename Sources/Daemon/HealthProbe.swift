// SPDX-License-Identifier: Apache-2.0

import Glibc
package import Settings

/// An HTTP client for the health page of a running daemon.
package struct HealthProbe: Sendable {
    /// The address that the daemon listens on.
    private let address: ListenAddress
    /// The maximum time from the connection attempt to the last byte of the response.
    private let timeout: Duration

    /// The maximum number of bytes of a response that are read. The pages are shorter.
    private static let maxResponseBytes = 65536

    package init(_ address: ListenAddress, timeout: Duration = .seconds(5)) {
        self.address = address
        self.timeout = timeout
    }

    /// Sends a GET request for `path`, and returns the status and body of the response.
    ///
    /// - Throws: `HealthProbeError` when there is no response within the time limit, or when the response is not HTTP.
    package func get(_ path: String) throws(HealthProbeError) -> HealthReply {
        let deadline = ContinuousClock.now + timeout
        let descriptor = try connected(until: deadline)
        defer { close(descriptor) }
        var request = Array("GET \(path) HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n".utf8)[...]
        while !request.isEmpty {
            try wait(descriptor, POLLOUT, until: deadline)
            let count = request.withUnsafeBytes {
                send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno != EAGAIN, errno != EINTR { throw failure("send", errno) }
            request = request.dropFirst(max(count, 0))
        }
        var response: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while response.count < Self.maxResponseBytes {
            try wait(descriptor, POLLIN, until: deadline)
            let count = recv(descriptor, &chunk, chunk.count, 0)
            if count == 0 { break }
            if count < 0, errno != EAGAIN, errno != EINTR { throw failure("recv", errno) }
            response += chunk[..<max(count, 0)]
        }
        guard let reply = Self.reply(in: response) else {
            throw HealthProbeError(
                .otherServer, "the server at \(address) is not a health page: its response is not HTTP")
        }
        return reply
    }

    /// Parses the status and body of an HTTP/1.1 response that ends with its connection. Returns nil when the response
    /// is not HTTP.
    private static func reply(in response: [UInt8]) -> HealthReply? {
        let text = String(decoding: response, as: UTF8.self)
        guard text.hasPrefix("HTTP/1."), let end = text.firstRange(of: "\r\n\r\n"),
            let status = Int(text.split(separator: " ", maxSplits: 2).dropFirst().first ?? "")
        else { return nil }
        return HealthReply(status, String(text[end.upperBound...]))
    }

    private func connected(until deadline: ContinuousClock.Instant) throws(HealthProbeError) -> Int32 {
        guard let target = SocketAddress(address) else { throw failure("inet_pton", EINVAL) }
        let descriptor = socket(
            target.family, Int32(SOCK_STREAM.rawValue | SOCK_NONBLOCK.rawValue | SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { throw failure("socket", errno) }
        do throws(HealthProbeError) {
            guard target.connect(descriptor) != 0 else { return descriptor }
            guard errno == EINPROGRESS else { throw failure("connect", errno) }
            try wait(descriptor, POLLOUT, until: deadline)
            var code: Int32 = 0
            var size = socklen_t(MemoryLayout<Int32>.size)
            getsockopt(descriptor, SOL_SOCKET, SO_ERROR, &code, &size)
            guard code == 0 else { throw failure("connect", code) }
            return descriptor
        } catch {
            close(descriptor)
            throw error
        }
    }

    /// Waits until the events `events` of poll(2) occur on the socket, or until it is closed.
    private func wait(
        _ descriptor: Int32, _ events: Int32, until deadline: ContinuousClock.Instant
    ) throws(HealthProbeError) {
        while true {
            let left = (deadline - .now) / .milliseconds(1)
            guard left > 0 else {
                throw HealthProbeError(.timedOut, "no response from \(address) within \(timeout)")
            }
            var socket = pollfd(fd: descriptor, events: Int16(events), revents: 0)
            let count = poll(&socket, 1, Int32(left.rounded(.up)))
            if count > 0 { return }
            if count < 0, errno != EINTR { throw failure("poll", errno) }
        }
    }

    private func failure(_ call: String, _ code: Int32) -> HealthProbeError {
        HealthProbeError(
            .unreachable, "cannot connect to \(address): \(call): \(String(cString: strerror(code)))")
    }
}
