// SPDX-License-Identifier: Apache-2.0

import Digests
import Support

/// The fields of a message in the requests SendMessage and SendMessageBatch.
struct OutgoingFields: Encodable {
    var QueueUrl: String?
    var Id: String?
    var MessageBody: String
    var MessageAttributes: [String: MessageAttribute]?
    var MessageSystemAttributes: [String: MessageAttribute]?
    var MessageDeduplicationId: String?
    var MessageGroupId: String?

    /// Makes the fields of a message to the queue at `queueURL`. A message to a FIFO queue, whose name ends in `.fifo`,
    /// is its own message group, so that no message delays another one.
    init(_ message: OutgoingMessage, to queueURL: String) {
        MessageBody = message.body
        if !message.attributes.isEmpty { MessageAttributes = message.attributes }
        if let header = message.traceHeader {
            MessageSystemAttributes = [Message.traceHeaderName: MessageAttribute(header)]
        }
        guard SQSClient.isFIFO(queueURL) else { return }
        // SQS limits these ids to 128 characters and the set of characters (API reference of SendMessage).
        MessageDeduplicationId = Hex.encode(SHA256.digest(message.id))
        MessageGroupId = MessageDeduplicationId
    }
}
