// SPDX-License-Identifier: Apache-2.0

/// A schedule of delays that double with each failure up to a limit, with jitter.
///
/// The file contains all schedules of the worker, except the delays of `LeaseManagerState.backOff`, which depend on the
/// visibility timeout and have no jitter. Retries inside one call to AWS have the delays of `RetryBackoff` in the
/// module AWS.
package struct Backoff: Sendable, Equatable {
    /// The delay after the first failure, before jitter.
    package var first: Duration
    /// The maximum delay, before jitter.
    package var last: Duration

    package init(first: Duration, last: Duration) {
        self.first = first
        self.last = last
    }

    /// The delays after failed polls, and after long polls whose responses are empty and arrive before half of the wait
    /// time has passed. After a transient failure, the delay is added to the pause that the SQS client has already made
    /// (`APIRequest.isLongPoll`).
    static let pollFailure = Backoff(first: .seconds(1), last: .seconds(60))

    /// The delays between the probes of an open circuit breaker.
    static let breakerProbe = Backoff(first: .seconds(2), last: .seconds(30))

    /// Returns the delays after which the message of a failed record becomes visible again, by its receive count.
    static func messageRetry(_ options: WorkerOptions) -> Backoff {
        Backoff(first: .seconds(options.retrySeconds), last: .seconds(options.maxRetrySeconds))
    }

    /// Returns the delay after a failure: a random time between half of the scheduled delay and the whole of it.
    ///
    /// - Parameters:
    ///   - attempt: The number of failures, 1 after the first.
    ///   - jitter: A random number in 0...1.
    package func delay(attempt: Int, jitter: Double) -> Duration {
        let doubled = min(last, first * (1 << min(max(0, attempt - 1), 30)))
        return doubled * (0.5 + 0.5 * min(max(0, jitter), 1))
    }
}
