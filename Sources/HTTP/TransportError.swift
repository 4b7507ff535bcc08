// SPDX-License-Identifier: Apache-2.0

import Support

/// The error of a request for which no complete response arrived.
package struct TransportError: Error, Sendable, CustomStringConvertible {
    package enum Kind: String, Sendable, CaseIterable {
        /// The host name cannot be resolved.
        case unresolvable
        /// The connection was refused, by the host, the network or a proxy.
        case refused
        /// The certificate is not trusted, or the TLS handshake failed.
        case tls
        /// The request took longer than one of its limits allows; `phase` and `detail` identify the limit.
        case timedOut = "timed-out"
        /// The connection was closed or reset before the response was complete.
        case disconnected
        /// The body of the response is shorter than its Content-Length.
        case truncated
        /// The headers or the body of the response are larger than the limit.
        case tooLarge = "too-large"
        /// The response is not valid HTTP.
        case malformedResponse = "malformed-response"
        /// The transport has as many pending requests as it accepts.
        case overloaded
        /// The calling task was cancelled.
        case cancelled
        /// The transport has been shut down.
        case shutDown = "shut-down"
        /// The request is invalid and cannot be sent, because of an error in the program or the configuration.
        case invalidRequest = "invalid-request"
        /// Any other error of libcurl; `detail` has its text.
        case other
    }

    /// A phase of the transfer of a request and its response.
    package enum Phase: String, Sendable {
        /// The request waits for a connection.
        case queued
        /// The name is resolved, or the connection or the TLS session is established.
        case connecting
        /// The request is being sent.
        case sending
        /// The request has been sent and no byte of the response has arrived.
        case waiting
        /// The response is being received.
        case receiving
    }

    package var kind: Kind
    /// The phase in which the transfer ended.
    package var phase: Phase
    /// The host and port of the URL. The path is left out, because it can be a secret.
    package var host: String
    /// The time from the call of `Transport.send` to the error.
    package var elapsed: Duration
    /// A description of the cause, in most cases the text of libcurl. It contains no secret.
    package var detail: String

    package init(_ kind: Kind, phase: Phase, host: String, elapsed: Duration, detail: String) {
        self.kind = kind
        self.phase = phase
        self.host = host
        self.elapsed = elapsed
        self.detail = detail
    }

    package var isTimeout: Bool { kind == .timedOut }

    package var description: String {
        "\(host): \(kind.rawValue) while \(phase.rawValue) after \(elapsed.inMilliseconds) ms: \(detail)"
    }
}
