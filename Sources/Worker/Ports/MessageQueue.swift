// SPDX-License-Identifier: Apache-2.0

package import AWS
internal import Support

/// The queue that the worker receives its messages from: an `SQSClient`, or a simulated queue in tests.
///
/// The three protocols `MessageQueue`, `ObjectStore` and `PictureEngine` exist for tests, in which the whole worker
/// runs in virtual time with simulated services. They use the types of the modules AWS and Pixelation, which the module
/// Worker imports for the adapters (`S3Store`, `PooledPixelator`) as well; separate types would have the same fields.
/// Errors are the exception: adapters map them to `WorkerError`, whose kinds are the rows of `Policy`. The queue has no
/// adapter; its callers map its errors with `WorkerError.init(ofQueue:)`.
///
/// Every call ends by itself, because the clients have timeouts and retries.
package protocol MessageQueue: Sendable {
    /// The maximum duration of a call. The wait time of a receive is added.
    var deadline: Duration { get }

    /// Receives up to `maxMessages` (1...10) messages and hides them from other consumers.
    ///
    /// - Parameters:
    ///   - wait: The time for which the queue waits for the first message, 0...20 s in whole seconds.
    ///   - visibility: The visibility timeout of the messages, in whole seconds.
    /// - Throws: `AWSError` or `WorkerError`.
    func receive(maxMessages: Int, wait: Duration, visibility: Duration) async throws -> [Message]

    /// Deletes 1...10 messages by their receipt handles.
    ///
    /// - Returns: The failures of the entries that the queue refused. All other messages are deleted.
    /// - Throws: `AWSError` or `WorkerError`, when the call as a whole failed.
    func delete(_ receiptHandles: [String]) async throws -> [BatchFailure]

    /// Sets the visibility timeouts of 1...10 messages. The new timeouts begin now.
    ///
    /// - Returns: The failures of the entries that the queue refused. The timeouts of all other messages are changed.
    /// - Throws: `AWSError` or `WorkerError`, when the call as a whole failed.
    func changeVisibility(_ changes: [VisibilityChange]) async throws -> [BatchFailure]
}

extension SQSClient: MessageQueue {}

extension BatchFailure {
    /// True when the failure shows that the lease has ended: the receipt handle is unknown or expired, or the message
    /// is no longer in flight.
    ///
    /// SQS refuses a receipt handle permanently with `SenderFault`. An error of the batch itself, such as its size, is
    /// an error of the whole call and never of an entry.
    var isLoss: Bool {
        switch kind {
        case .receiptHandleInvalid, .messageNotInFlight: true
        case .throttled, .server, .timedOut, .network: false
        default: isSenderFault
        }
    }
}

extension Message {
    /// Returns the age of the message at `time` (seconds since 1970-01-01T00:00:00Z), at least zero; nil when the queue
    /// did not report the time of sending.
    func age(at time: Double) -> Duration? {
        // Clocks that disagree must not make an age that overflows.
        sentAt.map { .milliseconds(Int64(max(0, min(time - $0, 1e9)) * 1000)) }
    }
}
