// SPDX-License-Identifier: Apache-2.0

/// The limits of the connections of the health server.
struct HealthLimits: Sendable {
    /// The maximum number of connections. When a further client connects, the oldest connection without a complete
    /// request is closed.
    var connections = 128
    /// The maximum size of a request in bytes.
    var requestBytes = 8192
    /// The maximum time from the connection to the last byte of the request.
    var requestTime = Duration.seconds(2)
    /// The maximum time from the last byte of the request to the last byte of the response.
    var responseTime = Duration.seconds(5)
}
