// SPDX-License-Identifier: Apache-2.0

/// Why no complete response arrived.
package struct TransportError: Error, Sendable, CustomStringConvertible {
    package enum Kind: String, Sendable, CaseIterable {
        /// The host name has no address.
        case unresolvable
        /// Nobody listens there, the network says so, or a proxy does not let us through.
        case refused
        /// The certificate or the handshake.
        case tls
        /// A deadline passed; `phase` says which.
        case timedOut = "timed-out"
        /// The connection broke while sending or receiving.
        case disconnected
        /// The body ended before its announced length.
        case truncated
        /// The body is larger than the request's limit.
        case tooLarge = "too-large"
        /// What arrived is not HTTP.
        case malformedResponse = "malformed-response"
        /// More requests are unfinished than the transport takes: the callers do not bound their work.
        case overloaded
        /// The calling task was cancelled.
        case cancelled
        /// The transport has been shut down.
        case shutDown = "shut-down"
        /// The request cannot be sent as it is: a programmer's or configuration's mistake.
        case invalidRequest = "invalid-request"
        /// Anything else the library reports; `detail` names it.
        case other
    }

    /// How far the transfer had come.
    package enum Phase: String, Sendable {
        case queued, connecting, sending, waiting, receiving
    }

    package var kind: Kind
    package var phase: Phase
    /// Host and port, never the path: it may be a secret.
    package var host: String
    package var elapsed: Duration
    /// The library's own words, for people.
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
        let milliseconds =
            elapsed.components.seconds * 1000 + elapsed.components.attoseconds / 1_000_000_000_000_000
        return "\(host): \(kind.rawValue) while \(phase.rawValue) after \(milliseconds) ms: \(detail)"
    }
}
