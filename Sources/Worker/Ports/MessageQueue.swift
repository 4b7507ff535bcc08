// SPDX-License-Identifier: Apache-2.0

/// The queue as the worker needs it. Calls end on their own: each has its deadline and its retries inside.
package protocol MessageQueue: Sendable {
    /// A call ends within this time, a receive within its wait more.
    var deadline: Duration { get }

    /// At most `count` (1...10) messages, invisible to others for `visibility` (whole seconds).
    ///
    /// - Throws: `WorkerError`.
    func receive(_ count: Int, wait: Duration, visibility: Duration) async throws -> [Delivery]

    /// Deletes 1...10 messages by receipt handle. Returns those that were refused; the others are deleted.
    func delete(_ handles: [String]) async throws -> [Refusal]

    /// Lets 1...10 messages reappear in a given time from now. Returns those that were refused.
    func changeVisibility(_ changes: [VisibilityChange]) async throws -> [Refusal]
}

/// A message as received once. Received again it has the same `messageID` and another `handle`.
package struct Delivery: Sendable, Equatable {
    package var messageID: String
    package var handle: String
    package var body: String
    /// 1 at the first receive, as the queue counts.
    package var receiveCount: Int
    /// From sending to this receive, when the queue tells.
    package var age: Duration?

    package init(
        messageID: String, handle: String, body: String, receiveCount: Int = 1, age: Duration? = nil
    ) {
        self.messageID = messageID
        self.handle = handle
        self.body = body
        self.receiveCount = receiveCount
        self.age = age
    }
}

package struct VisibilityChange: Sendable, Equatable {
    package var handle: String
    /// Whole seconds, 0...43200.
    package var timeout: Duration

    package init(handle: String, timeout: Duration) {
        self.handle = handle
        self.timeout = timeout
    }
}

/// One entry of a batch that the queue answered with success as a whole, and yet did not do.
package struct Refusal: Sendable, Equatable {
    /// Into the argument of the call.
    package var index: Int
    package var code: String
    /// The handle is not ours any more: expired, unknown, or the message is no longer in flight.
    package var isLoss: Bool

    package init(index: Int, code: String, isLoss: Bool) {
        self.index = index
        self.code = code
        self.isLoss = isLoss
    }
}
