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

    /// Between half of the doubled delay and all of it: `attempt` is 1 after the first failure, `spread` is random
    /// in 0...1.
    package func delay(attempt: Int, spread: Double) -> Duration {
        let doubled = min(last, first * (1 << min(max(0, attempt - 1), 30)))
        return doubled * (0.5 + 0.5 * min(max(0, spread), 1))
    }
}

extension Duration {
    /// In whole seconds, as the queue takes them.
    var roundedUp: Duration {
        let (seconds, attoseconds) = components
        return .seconds(attoseconds > 0 ? seconds + 1 : seconds)
    }
}
