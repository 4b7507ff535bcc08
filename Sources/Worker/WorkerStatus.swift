// SPDX-License-Identifier: Apache-2.0

/// A snapshot of the worker for the status line, the health page and the metrics. The counts are those
/// since the start of the process.
package struct WorkerStatus: Sendable, Equatable {
    /// A circuit breaker that is open.
    package struct OpenBreaker: Sendable, Equatable {
        /// The latest error of the dependency that fails.
        package var kind: WorkerError.Kind
        /// The time since the breaker opened.
        package var age: Duration

        package init(_ kind: WorkerError.Kind, age: Duration) {
            self.kind = kind
            self.age = age
        }
    }

    /// The time since the queue last answered a poll; nil before the first answer.
    package var sinceLastPoll: Duration?
    /// The error of the latest poll; nil after an answered poll.
    package var pollFailure: WorkerError?
    /// The number of messages received and not yet settled by their job.
    package var inFlight = 0
    /// The number of bytes reserved for pictures, of `WorkerOptions.memoryBytes`.
    package var bytesInFlight = 0
    /// The time since the receipt of the message that is in flight longest; nil without any.
    package var oldestLease: Duration?
    /// Records by outcome.
    package var done = 0
    package var skipped = 0
    package var ignored = 0
    package var retried = 0
    package var quarantined = 0
    /// Messages received; one that was received again while its job was running counts once.
    package var received = 0
    /// Messages received with a receive count above 1.
    package var redelivered = 0
    /// Messages whose deletion the queue confirmed.
    package var deleted = 0
    /// Messages whose release the queue confirmed.
    package var released = 0
    /// The age of the oldest message of the latest receive; zero when the queue was empty, nil when SQS sent no time.
    package var lag: Duration?
    /// The time since the last record whose outcome was done.
    package var sinceLastPicture: Duration?
    /// The number of finished steps of work. It grows as long as the worker makes progress.
    package var progress = 0
    /// The breaker for sources and outputs, when it is open.
    package var opening: OpenBreaker?
    /// The breaker for the quarantine destination, when it is open.
    package var quarantineOpening: OpenBreaker?

    package init() {}
}
