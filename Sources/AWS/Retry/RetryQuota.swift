// SPDX-License-Identifier: Apache-2.0

import Support

/// A token bucket that limits the retries of one client: retries take tokens and successes refill them, so that a
/// fleet of clients does not multiply the load of a failing service.
///
/// Capacity and costs are those of the standard retry mode of the AWS SDKs in its 2026 revision.
struct RetryQuota: Sendable {
    /// The number of tokens at first, and at most.
    static let capacity = 500
    /// The tokens that a retry after a transient failure takes.
    static let costOfFailure = 14
    /// The tokens that a retry after throttling takes.
    static let costOfThrottling = 5

    private let tokens = Locked(capacity)

    /// Takes `cost` tokens. Returns false, and takes none, when there are fewer.
    func spend(_ cost: Int) -> Bool {
        tokens.withLock { tokens in
            guard tokens >= cost else { return false }
            tokens -= cost
            return true
        }
    }

    /// Adds `count` tokens, up to the capacity. After a success that is the cost of the call's last retry, or 1 when
    /// the first attempt succeeded.
    func refill(_ count: Int) {
        tokens.withLock { $0 = min(Self.capacity, $0 + count) }
    }
}
