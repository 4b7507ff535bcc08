// SPDX-License-Identifier: Apache-2.0

/// A schedule of delays that double with each failure up to a limit, with jitter.
///
/// All schedules of the worker are here, except the delays of `LeaseManagerState.backOff`, which depend on the
/// visibility timeout and have no jitter. Retries inside one call to AWS follow `RetryBackoff` of module AWS.
package struct Backoff: Sendable, Equatable {
    /// The delay after the first failure, before jitter.
    package var first: Duration
    /// The limit of the delays, before jitter.
    package var last: Duration

    package init(first: Duration, last: Duration) {
        self.first = first
        self.last = last
    }

    /// The delays between failed polls, and between long polls that the queue answers at once and empty. After a
    /// transient failure the client of SQS has waited for another delay of its own (`APIRequest.isLongPoll`).
    static let pollFailure = Backoff(first: .seconds(1), last: .seconds(60))

    /// The delays between the probes of an open circuit breaker.
    static let breakerProbe = Backoff(first: .seconds(2), last: .seconds(30))

    /// The delays after which the message of a failed record becomes visible again, by its receive count.
    static func messageRetry(_ options: WorkerOptions) -> Backoff {
        Backoff(first: .seconds(options.retrySeconds), last: .seconds(options.maxRetrySeconds))
    }

    /// Returns a delay between half of the doubled delay and all of it.
    ///
    /// - Parameters:
    ///   - attempt: 1 after the first failure.
    ///   - jitter: A random number in 0...1.
    package func delay(attempt: Int, jitter: Double) -> Duration {
        let doubled = min(last, first * (1 << min(max(0, attempt - 1), 30)))
        return doubled * (0.5 + 0.5 * min(max(0, jitter), 1))
    }
}
