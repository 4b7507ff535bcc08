// SPDX-License-Identifier: Apache-2.0

import Digests
import Support

extension SQSClient {
    /// Sends a message to a queue (`SendMessage`).
    ///
    /// A message to a FIFO queue, whose name ends in `.fifo`, is its own message group, so that no message delays
    /// another one.
    ///
    /// - Parameters:
    ///   - body: the body of the message, 1 byte...1 MiB of UTF-8.
    ///   - id: the text that identifies the message. A FIFO queue accepts a second message with the same text within
    ///     five minutes, but does not deliver it. Other queues do not use it.
    ///   - queueURL: the URL of another queue in the same region and at the same endpoint; nil for the queue of this
    ///     client.
    /// - Returns: the id of the sent message.
    /// - Throws: `AWSError`, of the kind `.checksumMismatch` when the MD5 in the response is not that of `body`.
    package func send(
        _ body: String, id: String, to queueURL: String? = nil
    ) async throws(AWSError) -> String {
        let queueURL = queueURL ?? self.queueURL
        var input = SendInput(QueueUrl: queueURL, MessageBody: body)
        if Self.isFIFO(queueURL) {
            // SQS limits these ids to 128 characters and the set of characters (API reference of SendMessage).
            input.MessageDeduplicationId = Hex.encode(SHA256.digest(id))
            input.MessageGroupId = input.MessageDeduplicationId
        }
        let output: SendOutput = try await send("SendMessage", input)
        if let expected = output.MD5OfMessageBody, let digest = MD5.digest(Array(body.utf8)),
            Hex.encode(digest) != expected.lowercased()
        {
            throw AWSError(
                .checksumMismatch, operation: "SendMessage", resource: queueURL,
                message:
                    "the queue received another body than was sent (message \(Redaction([]).clean(output.MessageId)))",
                attempts: 1)
        }
        return output.MessageId
    }
}

private struct SendInput: Encodable {
    var QueueUrl: String
    var MessageBody: String
    var MessageDeduplicationId: String?
    var MessageGroupId: String?
}

private struct SendOutput: Decodable {
    var MessageId: String
    var MD5OfMessageBody: String?
}
