// SPDX-License-Identifier: Apache-2.0

/// The reason for which a dead letter is not replayed.
package struct Obstacle: Error, Sendable, Equatable {
    package let failure: Failure
    /// The description in one sentence.
    package let reason: String

    package init(_ failure: Failure, reason: String) {
        self.failure = failure
        self.reason = reason
    }
}
