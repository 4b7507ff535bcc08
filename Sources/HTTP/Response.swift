// SPDX-License-Identifier: Apache-2.0

/// A complete HTTP response with any status code.
package struct Response: Sendable {
    /// The status code, 200...599. The transport does not treat any status code as an error.
    package var status: Int
    package var headers: Headers
    package var body: [UInt8]
    /// The time from the call of `Transport.send` to the last byte of the response.
    package var elapsed: Duration
    /// True when the transport opened a new connection for the request; false when it reused one.
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
