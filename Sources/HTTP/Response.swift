// SPDX-License-Identifier: Apache-2.0

/// A complete response with any status.
package struct Response: Sendable {
    /// The status code, 200...599. No status is an error of the transport.
    package var status: Int
    package var headers: Headers
    package var body: [UInt8]
    /// The time from the call of `Transport.send` to the last byte.
    package var elapsed: Duration
    /// True when the request was sent over a new connection.
    package var openedConnection: Bool

    package init(
        status: Int, headers: Headers = [:], body: [UInt8] = [], elapsed: Duration = .zero,
        openedConnection: Bool = false
    ) {
        self.status = status
        self.headers = headers
        self.body = body
        self.elapsed = elapsed
        self.openedConnection = openedConnection
    }
}
