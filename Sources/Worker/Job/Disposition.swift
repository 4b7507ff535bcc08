// SPDX-License-Identifier: Apache-2.0

/// The treatment of a kind of error by the policy.
package enum Disposition: String, Sendable, CaseIterable {
    /// The message is deleted.
    case ignore
    /// The message is released with a delay that increases with the receive count. When the receive count reaches
    /// `maxReceives`, the record is stored in the quarantine.
    case retry
    /// The record is stored in the quarantine, and the message is deleted.
    case quarantine
    /// The circuit breaker opens and the message is held until the dependency works or the breaker releases the
    /// message. Meanwhile messages are received only by trial receives, each of a single message. A message that fails
    /// while others succeed is treated as with `retry`.
    case openBreaker = "open-breaker"
}
