// SPDX-License-Identifier: Apache-2.0

/// The log events of the module AWS. The raw value, which is stable, is the value of the metadata key `event`.
package enum AWSEvent: String, Sendable, CaseIterable {
    /// The credentials in use have changed. The fields of the event contain the identity, source and expiration of the
    /// new ones.
    case identity
    /// A refresh of credentials failed, and the current ones remain in use.
    case credentialsRefreshFailed = "credentials-refresh-failed"
    /// The clock of the machine is wrong, and requests are signed with a corrected time.
    case clockSkew = "clock-skew"
    /// Requests to an endpoint on another machine are not encrypted. The event is logged once for each endpoint.
    case plainHTTP = "plain-http"
    /// A received SQS message has a wrong MD5 or lacks a required field. It stays in the queue.
    case messageMalformed = "message-malformed"
    /// A request to AWS is retried. The event has the level debug.
    case retry = "aws-retry"
}
