// SPDX-License-Identifier: Apache-2.0

/// A complete response: any status, headers and the whole body.
package struct Response: Sendable {
    /// 100...599, as received. A status is never an error of the transport.
    package var status: Int
    package var headers: Headers
    package var body: [UInt8]
    /// From handing the request over to the last byte.
    package var elapsed: Duration
    /// Whether a connection had to be opened for it.
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
