// SPDX-License-Identifier: Apache-2.0

/// The treatment of a kind of error, as the policy table has it.
package enum Disposition: String, Sendable, CaseIterable {
    /// Deletes the message.
    case ignore
    /// Releases the message with a delay that grows with the receive count. At the last of `maxReceives` the record is
    /// stored in the quarantine.
    case retry
    /// Stores the record in the quarantine and deletes the message.
    case quarantine
    /// Opens the circuit breaker: receiving stops but for trials, and the message is held until the dependency works or
    /// the breaker releases it. A message that fails while others succeed is treated as with `retry`.
    case openBreaker = "open-breaker"
}
