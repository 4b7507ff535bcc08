// SPDX-License-Identifier: Apache-2.0

import Glibc

/// A connection of the health server, which receives one request and sends the response without blocking. It closes its
/// socket at the end of its lifetime.
final class HealthConnection {
    let descriptor: Int32
    /// The time at which the connection is closed, whatever its state.
    private(set) var deadline: ContinuousClock.Instant
    /// True when the response is sent or the connection has failed.
    private(set) var isDone = false
    private let limits: HealthLimits
    private var request: [UInt8] = []
    /// The bytes of the response that have not been sent yet; nil while the request is being read.
    private var response: ArraySlice<UInt8>?

    init(_ descriptor: Int32, limits: HealthLimits) {
        self.descriptor = descriptor
        self.limits = limits
        deadline = .now + limits.requestTime
    }

    deinit { close(descriptor) }

    /// True while the request is incomplete.
    var isUnread: Bool { response == nil }

    /// Receives and sends what the socket has and takes at the moment.
    ///
    /// - Parameter respond: the function that returns the response to a request, or nil for 404 Not Found.
    func advance(_ respond: (HealthRequest) -> HealthReply?) {
        if response == nil { receive(respond) }
        if response != nil { send() }
    }

    private func receive(_ respond: (HealthRequest) -> HealthReply?) {
        var chunk = [UInt8](repeating: 0, count: 2048)
        let count = recv(descriptor, &chunk, chunk.count, 0)
        guard count > 0 else {
            isDone = count == 0 || (errno != EAGAIN && errno != EINTR)
            return
        }
        request += chunk[..<count]
        if request.contains(Array("\r\n\r\n".utf8)) {
            response = Self.response(to: request, respond)[...]
        } else if request.count > limits.requestBytes {
            response = Self.render(HealthReply(431, "the request is too long\n"), withBody: true)[...]
        }
        if response != nil { deadline = .now + limits.responseTime }
    }

    private func send() {
        guard let rest = response else { return }
        let count = rest.withUnsafeBytes {
            Glibc.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
        }
        guard count >= 0 else {
            isDone = errno != EAGAIN && errno != EINTR
            return
        }
        response = rest.dropFirst(count)
        isDone = count == rest.count
    }

    private static func response(
        to request: [UInt8], _ respond: (HealthRequest) -> HealthReply?
    ) -> [UInt8] {
        let line = String(decoding: request.prefix { $0 != UInt8(ascii: "\r") }, as: UTF8.self).split(
            separator: " ")
        guard line.count == 3, line[2].hasPrefix("HTTP/1.") else {
            return render(HealthReply(400, "not an HTTP/1.1 request\n"), withBody: true)
        }
        guard line[0] == "GET" || line[0] == "HEAD" else {
            return render(HealthReply(405, "use GET or HEAD\n"), withBody: true)
        }
        let path = String(line[1].prefix { $0 != "?" })
        let request = HealthRequest(path, accept: header("accept", in: request))
        let reply =
            respond(request) ?? HealthReply(404, "not found; the paths are /livez, /readyz and /metrics\n")
        return render(reply, withBody: line[0] == "GET")
    }

    /// Returns the value of a header of a request; nil when the request has none.
    ///
    /// - Parameter name: The name in lower case.
    private static func header(_ name: String, in request: [UInt8]) -> String? {
        for line in String(decoding: request, as: UTF8.self).split(separator: "\r\n").dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == name {
                return String(parts[1].drop { $0 == " " || $0 == "\t" })
            }
        }
        return nil
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
}
