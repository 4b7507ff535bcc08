// SPDX-License-Identifier: Apache-2.0

/// A message of SQS, as one receive returned it.
package struct Message: Sendable, Equatable {
    package var messageID: String
    /// The receipt handle of this receive. A later receive of the same message has another one.
    package var receiptHandle: String
    package var body: String
    /// The number of receives of the message, this one included (`ApproximateReceiveCount`); 1 when the queue does not
    /// report it.
    package var receiveCount: Int
    /// The time at which the message was sent, in seconds since 1970-01-01T00:00:00Z; nil when the queue does not
    /// report it.
    package var sentAt: Double?

    package init(
        messageID: String, receiptHandle: String, body: String, receiveCount: Int = 1, sentAt: Double? = nil
    ) {
        self.messageID = messageID
        self.receiptHandle = receiptHandle
        self.body = body
        self.receiveCount = receiveCount
        self.sentAt = sentAt
    }
}
