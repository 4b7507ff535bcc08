// SPDX-License-Identifier: Apache-2.0

/// The events that this module logs, under the metadata key `event`. The names are stable.
package enum AWSEvent: String, Sendable, CaseIterable {
    /// Other credentials than before are in use. The fields name their identity, source and expiration.
    case identity
    /// A refresh of credentials failed, and the current ones remain in use.
    case credentialsRefreshFailed = "credentials-refresh-failed"
    /// The machine's clock is wrong, and signatures are made with a corrected time.
    case clockSkew = "clock-skew"
    /// A received message has a wrong MD5 or lacks a required field. It stays in the queue.
    case messageMalformed = "message-malformed"
    /// A call is retried (debug level).
    case retry = "aws-retry"
}
