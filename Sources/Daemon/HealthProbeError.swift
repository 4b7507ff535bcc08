// SPDX-License-Identifier: Apache-2.0

/// The reason why a health page did not respond.
package struct HealthProbeError: Error, CustomStringConvertible {
    package enum Kind: String, Sendable {
        /// The connection failed.
        case unreachable
        /// The response was not complete in time.
        case timedOut = "timed-out"
        /// The response is not HTTP.
        case otherServer = "other-server"
    }

    package var kind: Kind
    /// The error on one line, with the address.
    package var description: String

    init(_ kind: Kind, _ description: String) {
        self.kind = kind
        self.description = description
    }
}
