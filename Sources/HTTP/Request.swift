// SPDX-License-Identifier: Apache-2.0

/// One HTTP request as a value. What it needs from the transport, its limits included, travels with it.
package struct Request: Sendable {
    package enum Method: String, Sendable {
        case get = "GET"
        case head = "HEAD"
        case put = "PUT"
        case post = "POST"
        case delete = "DELETE"
    }

    package var method: Method
    package var url: URL
    package var headers: Headers
    package var body: [UInt8]
    package var limits: Limits
    package var routing: Routing
    /// The URL, headers or bodies carry secrets: nothing of them may be printed.
    package var isSensitive: Bool

    package init(
        _ method: Method, _ url: URL, headers: Headers = [:], body: [UInt8] = [], limits: Limits = Limits(),
        routing: Routing = Routing(), isSensitive: Bool = false
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.limits = limits
        self.routing = routing
        self.isSensitive = isSensitive
    }
}

extension Request {
    /// How long a transfer may take and how much it may bring. Every request has all of them.
    package struct Limits: Sendable, Equatable {
        /// Name resolution, TCP and TLS together.
        package var connect: Duration
        /// From the request's last byte to the response's first. A long poll needs its wait time here.
        package var firstByte: Duration
        /// The whole transfer, from the moment it is handed over, whatever happens within.
        package var total: Duration
        /// Give up when fewer bytes a second than this have moved for `stall`. 0 switches it off.
        package var bytesPerSecond: Int
        package var stall: Duration
        /// Largest response body, in bytes; one byte more fails the transfer.
        package var responseBytes: Int

        package init(
            connect: Duration = .seconds(5), firstByte: Duration = .seconds(30),
            total: Duration = .seconds(60),
            bytesPerSecond: Int = 0, stall: Duration = .seconds(20), responseBytes: Int = 1 << 20
        ) {
            self.connect = connect
            self.firstByte = firstByte
            self.total = total
            self.bytesPerSecond = bytesPerSecond
            self.stall = stall
            self.responseBytes = responseBytes
        }
    }

    /// Which way a request takes to its server.
    package struct Routing: Sendable, Equatable {
        /// Open a new connection, with the name resolved anew: for the attempt after a timeout.
        package var freshConnection: Bool
        /// Never through a proxy: for link-local metadata services.
        package var bypassProxy: Bool

        package init(freshConnection: Bool = false, bypassProxy: Bool = false) {
            self.freshConnection = freshConnection
            self.bypassProxy = bypassProxy
        }
    }
}

/// Method and address only: headers, query and body may carry secrets, and so may the path when it says so.
extension Request: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String {
        "\(method.rawValue) \(url.scheme.rawValue)://\(url.authority)\(isSensitive ? "/..." : url.path)"
    }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(self, children: ["request": description]) }
}
