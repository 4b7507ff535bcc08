// SPDX-License-Identifier: Apache-2.0

/// The events that this module logs, under the metadata key `event`. Names are stable.
package enum AWSEvent: String, Sendable, CaseIterable {
    /// Other keys than before are in use: whose, from where, and until when.
    case identity
    /// Keys could not be renewed; those in hand are used while they are valid.
    case credentialsRefreshFailed = "credentials-refresh-failed"
    /// The machine's clock is wrong and signatures are corrected for it.
    case clockSkew = "clock-skew"
    /// A received message is not what its sender wrote, or not a message; it is left in the queue.
    case messageMalformed = "message-malformed"
    /// A call is repeated; debug only.
    case retry = "aws-retry"
}
