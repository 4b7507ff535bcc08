// SPDX-License-Identifier: Apache-2.0

/// The error of a health probe that received no valid response.
package struct HealthProbeError: Error, CustomStringConvertible {
    package enum Kind: String, Sendable {
        /// The connection to the health server failed.
        case unreachable
        /// The response was not complete within the time limit.
        case timedOut = "timed-out"
        /// The response is not HTTP.
        case otherServer = "other-server"
    }

    package var kind: Kind
    /// The error on one line, with the address of the health server.
    package var description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
