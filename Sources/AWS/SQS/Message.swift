// SPDX-License-Identifier: Apache-2.0

/// A message as one receive handed it out.
package struct Message: Sendable, Equatable {
    package var messageID: String
    /// Names this receipt, not the message: a later receive gives another one.
    package var receiptHandle: String
    package var body: String
    /// How often it has been received, this time included; 1 when the queue does not say.
    package var receiveCount: Int
    /// Seconds since the epoch.
    package var sentAt: Double?
    package var firstReceivedAt: Double?

    package init(
        messageID: String, receiptHandle: String, body: String, receiveCount: Int = 1, sentAt: Double? = nil,
        firstReceivedAt: Double? = nil
    ) {
        self.messageID = messageID
        self.receiptHandle = receiptHandle
        self.body = body
        self.receiveCount = receiveCount
        self.sentAt = sentAt
        self.firstReceivedAt = firstReceivedAt
    }
}
