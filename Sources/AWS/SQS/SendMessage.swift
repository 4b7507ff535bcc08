// SPDX-License-Identifier: Apache-2.0

import Digests
import Support

extension SQSClient {
    /// Sends a message to a queue (`SendMessage`).
    ///
    /// A message to a FIFO queue, whose name ends in `.fifo`, is its own message group, so that no message delays
    /// another one.
    ///
    /// - Parameter queueURL: the URL of another queue in the same region and at the same endpoint; nil for the queue of
    ///   this client.
    /// - Returns: the id of the sent message.
    /// - Throws: `AWSError`, of the kind `.checksumMismatch` when the MD5 in the response is not that of the body.
    package func send(
        _ message: OutgoingMessage, to queueURL: String? = nil
    ) async throws(AWSError) -> String {
        let queueURL = queueURL ?? self.queueURL
        var input = OutgoingFields(message, to: queueURL)
        input.QueueUrl = queueURL
        let output: SendOutput = try await send("SendMessage", input)
        if let expected = output.MD5OfMessageBody, let digest = MD5.digest(Array(message.body.utf8)),
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

private struct SendOutput: Decodable {
    var MessageId: String
    var MD5OfMessageBody: String?
}
