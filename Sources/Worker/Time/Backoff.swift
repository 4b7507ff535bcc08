// SPDX-License-Identifier: Apache-2.0

/// Waiting longer after each failure, up to a limit, and never all at the same moment.
package struct Backoff: Sendable, Equatable {
    package var first: Duration
    package var last: Duration

    package init(first: Duration, last: Duration) {
        self.first = first
        self.last = last
    }

    static let poll = Backoff(first: .seconds(1), last: .seconds(60))

    /// Between half of the doubled delay and all of it: `attempt` is 1 after the first failure, `jitter` is random
    /// in 0...1.
    package func delay(attempt: Int, jitter: Double) -> Duration {
        let doubled = min(last, first * (1 << min(max(0, attempt - 1), 30)))
        return doubled * (0.5 + 0.5 * min(max(0, jitter), 1))
    }
}
