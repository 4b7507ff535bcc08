// SPDX-License-Identifier: Apache-2.0

/// A snapshot of the worker for the status line, the health page and the metrics. The counts begin with the start of
/// the process.
package struct WorkerStatus: Sendable, Equatable {
    /// A circuit breaker that is open.
    package struct OpenBreaker: Sendable, Equatable {
        /// The kind of the latest error of the failing dependency.
        package var kind: WorkerError.Kind
        /// The time since the breaker opened.
        package var age: Duration

        package init(_ kind: WorkerError.Kind, age: Duration) {
            self.kind = kind
            self.age = age
        }
    }

    /// The time since the latest successful poll; nil before the first.
    package var sinceLastPoll: Duration?
    /// The error of the latest poll; nil when it succeeded.
    package var pollFailure: WorkerError?
    /// The number of messages that were received and have not been settled by their job.
    package var inFlight = 0
    /// The number of bytes of `WorkerOptions.memoryBytes` that are reserved for pictures.
    package var bytesInFlight = 0
    /// The time since the receipt of the message that has been in flight longest; nil when none is in flight.
    package var oldestLease: Duration?
    /// The number of records with the outcome done.
    package var done = 0
    package var skipped = 0
    package var ignored = 0
    package var retried = 0
    package var quarantined = 0
    /// The number of received messages. A message that was received again while its job was running counts once.
    package var received = 0
    /// The number of messages that were received with a receive count above 1.
    package var redelivered = 0
    /// The number of messages whose deletion the queue has confirmed.
    package var deleted = 0
    /// The number of messages whose release the queue has confirmed.
    package var released = 0
    /// The age of the oldest message of the latest receive; zero when the queue was empty, nil when SQS did not report
    /// the time of sending.
    package var lag: Duration?
    /// The time since the latest record with the outcome done; nil before the first.
    package var sinceLastPicture: Duration?
    /// The seconds that one process like this one needs for the messages that wait in the queue; nil before the first
    /// picture, and while their number is unknown.
    package var backlogSeconds: Double?
    /// The seconds that a message takes of this process at full use, as the mean of recent messages; nil before the
    /// first picture.
    package var messageSeconds: Double?
    /// The number of finished steps of work, which increases as long as the worker makes progress.
    package var progress = 0
    /// The circuit breaker for sources and outputs; nil while it is closed.
    package var opening: OpenBreaker?
    /// The circuit breaker for the quarantine destination; nil while it is closed.
    package var quarantineOpening: OpenBreaker?

    package init() {}
}
