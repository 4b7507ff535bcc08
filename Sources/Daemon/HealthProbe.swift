// SPDX-License-Identifier: Apache-2.0

import Glibc
package import Settings

/// Asks a running daemon's health page, as a probe that is a program and not a request.
package struct HealthProbe: Sendable {
    /// Where the daemon listens.
    private let address: ListenAddress
    /// From the connection to the last byte of the answer.
    private let patience: Duration

    /// More than any page that is asked for here.
    private static let maximumAnswer = 65536

    package init(_ address: ListenAddress, patience: Duration = .seconds(5)) {
        self.address = address
        self.patience = patience
    }

    /// What the page at this path answers; its content type is not looked at.
    ///
    /// - Throws: `HealthProbeError` when nobody answers in time, or with something else than HTTP.
    package func ask(_ path: String) throws(HealthProbeError) -> HealthReply {
        let deadline = ContinuousClock.now + patience
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
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 4096)
        while answer.count < Self.maximumAnswer {
            try wait(descriptor, POLLIN, until: deadline)
            let count = recv(descriptor, &chunk, chunk.count, 0)
            if count == 0 { break }
            if count < 0, errno != EAGAIN, errno != EINTR { throw failure("recv", errno) }
            answer += chunk[..<max(count, 0)]
        }
        guard let reply = Self.reply(in: answer) else {
            throw HealthProbeError(.otherServer, "what answers at \(address) is not a health page")
        }
        return reply
    }

    /// Status and body of an HTTP/1.1 answer that ended with its connection.
    private static func reply(in answer: [UInt8]) -> HealthReply? {
        let text = String(decoding: answer, as: UTF8.self)
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

    /// Until the socket can be read or written, or is closed.
    private func wait(
        _ descriptor: Int32, _ events: Int32, until deadline: ContinuousClock.Instant
    ) throws(HealthProbeError) {
        while true {
            let left = (deadline - .now) / .milliseconds(1)
            guard left > 0 else {
                throw HealthProbeError(.silent, "\(address) does not answer within \(patience)")
            }
            var socket = pollfd(fd: descriptor, events: Int16(events), revents: 0)
            let count = poll(&socket, 1, Int32(left.rounded(.up)))
            if count > 0 { return }
            if count < 0, errno != EINTR { throw failure("poll", errno) }
        }
    }

    private func failure(_ call: String, _ code: Int32) -> HealthProbeError {
        HealthProbeError(
            .unreachable, "nobody answers at \(address): \(call): \(String(cString: strerror(code)))")
    }
}

/// Why a health page did not answer.
package struct HealthProbeError: Error, CustomStringConvertible {
    package enum Kind: String, Sendable {
        case unreachable
        /// The connection stands, and nothing comes.
        case silent
        case otherServer = "other-server"
    }

    package var kind: Kind
    package var description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
