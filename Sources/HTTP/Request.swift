// SPDX-License-Identifier: Apache-2.0

/// An HTTP request, with the limits and the choice of connection that the transport applies to it.
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
    /// True when the path of the URL is a secret, as its query always is. Descriptions and logs then leave the path
    /// out.
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
    /// The timeouts of a transfer and the maximum size of its response. Every request has all of these limits.
    package struct Limits: Sendable, Equatable {
        /// The maximum time for name resolution, TCP connection and TLS handshake together, at most one hour.
        package var connect: Duration
        /// The maximum time from the last byte of the request to the first byte of the response. A long poll needs its
        /// wait time in addition.
        package var firstByte: Duration
        /// The maximum time of the whole transfer, from the call of `Transport.send` to the last byte of the response.
        package var total: Duration
        /// The minimum rate while bytes are sent or received, in bytes a second. A transfer that stays below it for
        /// `stall` times out; 0 means no minimum.
        package var bytesPerSecond: Int
        /// The maximum time for which the transfer rate can stay below `bytesPerSecond`.
        package var stall: Duration
        /// The maximum size of the response body in bytes. The transfer fails when the body is larger.
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

    /// The choice of the connection for a request.
    package struct Routing: Sendable, Equatable {
        /// True to resolve the host name again and open a new connection instead of an idle one. The attempt after a
        /// timeout uses this.
        package var freshConnection: Bool
        /// True to ignore the proxy variables of the environment (`https_proxy` and others), for example for the
        /// instance metadata service of EC2, which has a link-local address.
        package var bypassProxy: Bool

        package init(freshConnection: Bool = false, bypassProxy: Bool = false) {
            self.freshConnection = freshConnection
            self.bypassProxy = bypassProxy
        }
    }
}

/// The descriptions of a request contain only its method and URL without query, because headers, query and body can
/// contain secrets. They contain no path either when `isSensitive` is true.
extension Request: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    package var description: String {
        "\(method.rawValue) \(url.scheme.rawValue)://\(url.authority)\(isSensitive ? "/..." : url.path)"
    }

    package var debugDescription: String { description }

    package var customMirror: Mirror { Mirror(self, children: ["request": description]) }
}
