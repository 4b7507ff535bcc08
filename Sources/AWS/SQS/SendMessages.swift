// SPDX-License-Identifier: Apache-2.0

import Digests
import Support

extension SQSClient {
    /// Sends 1...10 messages, which have at most 1 MiB together (`SendMessageBatch`).
    ///
    /// A message to a FIFO queue is its own message group, as with `send(_:id:to:)`.
    ///
    /// - Parameter messages: the body of each message, and the text that identifies the message for a FIFO queue.
    /// - Returns: the failures of the messages that were not sent.
    /// - Throws: `AWSError` when the call as a whole failed.
    package func sendMessages(_ messages: [(body: String, id: String)]) async throws(AWSError)
        -> [BatchFailure]
    {
        try await sendBatch(
            "SendMessageBatch",
            messages.enumerated().map { index, message in
                let group = Self.isFIFO(queueURL) ? Hex.encode(SHA256.digest(message.id)) : nil
                return SendEntry(
                    Id: String(index), MessageBody: message.body, MessageDeduplicationId: group,
                    MessageGroupId: group)
            })
    }
}

private struct SendEntry: Encodable {
    var Id: String
    var MessageBody: String
    var MessageDeduplicationId: String?
    var MessageGroupId: String?
}
