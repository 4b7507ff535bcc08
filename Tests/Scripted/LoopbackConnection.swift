// SPDX-License-Identifier: Apache-2.0

import Glibc
package import HTTP
import Support

/// A connection that a `LoopbackServer` has accepted. Its methods block the thread of the script, and throw
/// `LoopbackHangUp` when the peer has closed the connection.
package final class LoopbackConnection {
    private let descriptor: Int32
    private let record: (LoopbackRequest) -> Void
    /// The bytes that have been received but not returned by a method.
    private var pending: [UInt8] = []

    init(_ descriptor: Int32, record: @escaping (LoopbackRequest) -> Void) {
        self.descriptor = descriptor
        self.record = record
    }

    // MARK: Reading

    /// Returns the next request with its body, and records it in `LoopbackServer.received`. The length of the body is
    /// that of the header Content-Length, or 0.
    @discardableResult
    package func readRequest() throws -> LoopbackRequest {
        var request = try readHead()
        request.body = try readBytes(request.headers["Content-Length"].flatMap(Int.init) ?? 0)
        record(request)
        return request
    }

    /// Returns the next request without its body, and does not record it: reading ends after the empty line.
    package func readHead() throws -> LoopbackRequest {
        let lines = try readLines()
        let parts = (lines.first ?? "").split(separator: " ")
        guard parts.count == 3 else { throw LoopbackHangUp() }
        var headers = Headers()
        for line in lines.dropFirst() {
            let pair = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
            let value = pair.count > 1 ? pair[1].drop { $0 == " " } : ""
            headers.add(String(pair[0]), String(value))
        }
        return LoopbackRequest(method: String(parts[0]), target: String(parts[1]), headers: headers, body: [])
    }

    /// Returns the next `count` bytes.
    package func readBytes(_ count: Int) throws -> [UInt8] {
        while pending.count < count { try readMore() }
        defer { pending.removeFirst(count) }
        return Array(pending.prefix(count))
    }

    /// Receives and discards bytes until the peer closes the connection, then throws `LoopbackHangUp`.
    package func holdUntilHangUp() throws {
        while true {
            try readMore()
            pending = []
        }
    }

    /// Waits until the peer closes the connection, then throws `LoopbackHangUp`. Nothing is received, so that the bytes
    /// of the peer fill the socket buffers.
    package func ignoreUntilHangUp() throws {
        var waiting = pollfd(fd: descriptor, events: LoopbackSocket.peerHangUp, revents: 0)
        while poll(&waiting, 1, -1) < 0, errno == EINTR {}
        throw LoopbackHangUp()
    }

    // MARK: Writing

    /// Sends a response. It has a header Content-Length, unless `headers` has one or the status has no body.
    package func respond(_ status: Int, headers: Headers = [:], body: [UInt8] = []) throws {
        var head = "HTTP/1.1 \(status) Scripted\r\n"
        for field in headers.fields { head += "\(field.name): \(field.value)\r\n" }
        if headers["Content-Length"] == nil, status >= 200, status != 204 {
            head += "Content-Length: \(body.count)\r\n"
        }
        try send(Array((head + "\r\n").utf8) + body)
    }

    /// Sends a redirect to the URL `location`.
    package func redirect(_ status: Int = 307, to location: String) throws {
        try respond(status, headers: ["Location": location])
    }

    package func send(_ text: String) throws { try send(Array(text.utf8)) }

    package func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { throw LoopbackHangUp() }
            rest = rest.dropFirst(count)
        }
    }

    /// Sends `bytes` one by one, with a pause after each.
    package func drip(_ bytes: [UInt8], every pause: Duration) throws {
        for byte in bytes {
            try send([byte])
            var waiting = pollfd(fd: descriptor, events: LoopbackSocket.peerHangUp, revents: 0)
            guard poll(&waiting, 1, Int32(clamping: pause.inMilliseconds)) <= 0 else {
                throw LoopbackHangUp()
            }
        }
    }

    /// Makes the server close the connection with RST instead of FIN at the end of the script.
    package func reset() {
        var now = linger(l_onoff: 1, l_linger: 0)
        setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &now, socklen_t(MemoryLayout<linger>.size))
    }

    // MARK: The buffer

    private func readLines() throws -> [String] {
        while true {
            if let end = pending.firstRange(of: [13, 10, 13, 10]) {
                let head = String(decoding: pending[..<end.lowerBound], as: UTF8.self)
                pending.removeSubrange(..<end.upperBound)
                return head.split(separator: "\r\n", omittingEmptySubsequences: false).map(String.init)
            }
            try readMore()
        }
    }

    private func readMore() throws {
        var chunk = [UInt8](repeating: 0, count: 64 << 10)
        var count = 0
        repeat {
            count = chunk.withUnsafeMutableBytes { recv(descriptor, $0.baseAddress, $0.count, 0) }
        } while count < 0 && errno == EINTR
        guard count > 0 else { throw LoopbackHangUp() }
        pending += chunk.prefix(count)
    }
}
