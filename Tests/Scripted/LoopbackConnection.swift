// SPDX-License-Identifier: Apache-2.0

import Glibc
package import HTTP
import Support

/// One accepted connection. Its calls block the thread of the script.
package final class LoopbackConnection {
    private let descriptor: Int32
    private let record: (LoopbackRequest) -> Void
    /// The bytes that have been read from the socket and not returned.
    private var pending: [UInt8] = []

    init(_ descriptor: Int32, record: @escaping (LoopbackRequest) -> Void) {
        self.descriptor = descriptor
        self.record = record
    }

    // MARK: Reading

    /// Reads a request with its body, which has the length of Content-Length, and records it.
    @discardableResult
    package func readRequest() throws -> LoopbackRequest {
        var request = try readHead()
        request.body = try readBytes(request.headers["Content-Length"].flatMap(Int.init) ?? 0)
        record(request)
        return request
    }

    /// Reads the head of a request, up to the empty line. It is not recorded as a request.
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

    /// Reads `count` bytes.
    package func readBytes(_ count: Int) throws -> [UInt8] {
        while pending.count < count { try readMore() }
        defer { pending.removeFirst(count) }
        return Array(pending.prefix(count))
    }

    /// Reads and discards until the peer closes the connection, then throws.
    package func holdUntilHangUp() throws {
        while true {
            try readMore()
            pending = []
        }
    }

    /// Waits without reading until the peer closes the connection, then throws. What the peer sends fills the buffers.
    package func ignoreUntilHangUp() throws {
        var waiting = pollfd(fd: descriptor, events: LoopbackSocket.peerHangUp, revents: 0)
        while poll(&waiting, 1, -1) < 0, errno == EINTR {}
        throw LoopbackHangUp()
    }

    // MARK: Writing

    /// Sends a whole response, with a Content-Length unless it is among `headers`.
    package func respond(_ status: Int, headers: Headers = [:], body: [UInt8] = []) throws {
        var head = "HTTP/1.1 \(status) Scripted\r\n"
        for field in headers.fields { head += "\(field.name): \(field.value)\r\n" }
        if headers["Content-Length"] == nil, status >= 200, status != 204 {
            head += "Content-Length: \(body.count)\r\n"
        }
        try send(Array((head + "\r\n").utf8) + body)
    }

    /// Sends a redirect.
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

    /// Sends `bytes` one at a time, with a pause after each.
    package func drip(_ bytes: [UInt8], every pause: Duration) throws {
        for byte in bytes {
            try send([byte])
            var waiting = pollfd(fd: descriptor, events: LoopbackSocket.peerHangUp, revents: 0)
            guard poll(&waiting, 1, Int32(clamping: pause.inMilliseconds)) <= 0 else {
                throw LoopbackHangUp()
            }
        }
    }

    /// Makes the end of the script close the connection with RST instead of FIN.
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
