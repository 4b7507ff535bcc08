// SPDX-License-Identifier: Apache-2.0

/// An SQS message as one `ReceiveMessage` call returned it.
package struct Message: Sendable, Equatable {
    package var messageID: String
    /// The receipt handle of this receive. When the message is received again, it has another receipt handle.
    package var receiptHandle: String
    package var body: String
    /// The receive count: how often the message has been received, including this time (`ApproximateReceiveCount`),
    /// within `receiveCounts`; 1 when the response does not contain it.
    package var receiveCount: Int
    /// The time at which the message was sent, in seconds since 1970-01-01T00:00:00Z; nil when the response does not
    /// contain it.
    package var sentAt: Double?
    /// The attributes that the sender has set, by their names.
    package var attributes: [String: MessageAttribute]
    /// The trace header of AWS X-Ray (`AWSTraceHeader`); nil when the message has none.
    package var traceHeader: String?
    /// True when the redrive policy of another queue has moved the message to this one (`DeadLetterQueueSourceArn`);
    /// false when that is not known (`SQSClient.receivesOrigin`).
    package var isMoved: Bool

    /// The name of the system attribute with the queue from which a redrive policy has moved the message.
    static let originName = "DeadLetterQueueSourceArn"
    /// The name of the system attribute with the trace header.
    static let traceHeaderName = "AWSTraceHeader"
    /// The maximum length of a message id in bytes. Those of SQS have at most 100 characters.
    static let maximumIDBytes = 128
    /// The range of receive counts, which leaves room for calculations.
    static let receiveCounts = 1...1_000_000

    package init(
        messageID: String, receiptHandle: String, body: String, receiveCount: Int = 1, sentAt: Double? = nil,
        attributes: [String: MessageAttribute] = [:], traceHeader: String? = nil, isMoved: Bool = false
    ) {
        self.messageID = messageID
        self.receiptHandle = receiptHandle
        self.body = body
        self.receiveCount = receiveCount
        self.sentAt = sentAt
        self.attributes = attributes
        self.traceHeader = traceHeader
        self.isMoved = isMoved
    }
}
