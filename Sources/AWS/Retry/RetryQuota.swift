// SPDX-License-Identifier: Apache-2.0

import Support

/// How many retries one client may spend: a bucket of tokens that failures empty and successes refill, so
/// that a service in trouble is not asked ever more.
///
/// Capacity and costs are those of the standard retry mode of the AWS SDKs in its 2026 revision.
package struct RetryQuota: Sendable {
    package static let capacity = 500
    static let costOfFailure = 14
    static let costOfThrottling = 5

    private let tokens = Locked(capacity)

    package init() {}

    /// Takes `cost` tokens, or none and returns false.
    func spend(_ cost: Int) -> Bool {
        tokens.withLock { tokens in
            guard tokens >= cost else { return false }
            tokens -= cost
            return true
        }
    }

    /// Gives back what the last retry of a call that succeeded had cost; 1 after a success at the first
    /// attempt.
    func refill(_ count: Int) {
        tokens.withLock { $0 = min(Self.capacity, $0 + count) }
    }

    /// The tokens left, for tests and metrics.
    package var available: Int { tokens.withLock { $0 } }
}
