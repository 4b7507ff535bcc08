// SPDX-License-Identifier: Apache-2.0

/// What the daemon supervises: the worker, or in tests a script.
package protocol Workload: Sendable {
    /// Works until drained. Cancelling the task is the hard stop.
    func run() async throws

    /// Returns when the queue has answered for the first time, or when the task is cancelled.
    func firstAnswer() async

    /// Begins nothing new and finishes what is at hand. The second call also gives back what is not finished
    /// at once. Idempotent otherwise.
    func drain(hurry: Bool)

    var report: WorkloadReport { get }
}

/// How the work is going, at one moment.
package struct WorkloadReport: Sendable, Equatable {
    package struct Failure: Sendable, Equatable {
        /// How the process would end if it ended for this.
        package var exit: ExitReason
        /// One sentence, with operation, code and request id.
        package var text: String

        package init(_ exit: ExitReason, _ text: String) {
            self.exit = exit
            self.text = text
        }
    }

    /// Messages received and not yet judged.
    package var inFlight = 0
    /// Bytes of pictures held or reserved for them.
    package var bytesInFlight = 0
    package var done = 0
    /// Messages, in all; and those that somebody had received before.
    package var received = 0
    package var redelivered = 0
    /// Messages deleted and given back, confirmed by the queue.
    package var deleted = 0
    package var released = 0
    /// How long the oldest message of the last receive had waited; zero when the queue was empty.
    package var lag: Duration?
    /// There was nothing to do.
    package var skipped = 0
    /// Left to the queue's redrive policy or moved aside, for good.
    package var quarantined = 0
    /// Failed in a way that the policy lets pass, such as objects that are gone.
    package var passedOver = 0
    /// Given back to be tried again.
    package var retried = 0
    package var sinceLastPicture: Duration?
    /// Since the queue last answered a poll; nil before the first answer.
    package var sinceLastPoll: Duration?
    /// Why the present poll does not succeed.
    package var failure: Failure?
    /// What the work waits for before it goes on, in a few words.
    package var opening: String?
    /// Why what cannot succeed is held instead of being set aside, in a few words.
    package var quarantineOpening: String?
    /// Since the receipt of the message held longest.
    package var sinceOldestLease: Duration?
    /// Grows with every step that gets finished: evidence of progress.
    package var progress = 0
    /// What must be held for dead, for the watchdog.
    package var complaint: String?

    package init() {}
}
