// SPDX-License-Identifier: Apache-2.0

import Support

/// A token bucket that limits the retries of one client. Retries take tokens and successful calls add tokens, so that
/// many clients do not multiply the load of a failing service.
///
/// The capacity and the costs are those of the standard retry mode of the AWS SDKs in its revision of 2026.
struct RetryQuota: Sendable {
    /// The initial and maximum number of tokens.
    static let capacity = 500
    /// The number of tokens that a retry after a transient failure takes.
    static let costOfFailure = 14
    /// The number of tokens that a retry after throttling takes.
    static let costOfThrottling = 5

    private let tokens = Locked(capacity)

    /// Takes `cost` tokens and returns true, or takes none and returns false when there are fewer.
    func spend(_ cost: Int) -> Bool {
        tokens.withLock { tokens in
            guard tokens >= cost else { return false }
            tokens -= cost
            return true
        }
    }

    /// Adds `count` tokens, up to the capacity. After a successful call, `count` is the cost of the last retry of the
    /// call, or 1 when the first attempt succeeded.
    func refill(_ count: Int) {
        tokens.withLock { $0 = min(Self.capacity, $0 + count) }
    }
}
