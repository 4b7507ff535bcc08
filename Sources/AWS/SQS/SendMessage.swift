// SPDX-License-Identifier: Apache-2.0

import Digests
import Support

extension SQSClient {
    /// Sends a message to a queue (`SendMessage`).
    ///
    /// - Parameters:
    ///   - body: the body of the message, 1 byte...1 MiB of UTF-8.
    ///   - queueURL: the URL of another queue in the same region and at the same endpoint; nil for the queue of this
    ///     client.
    /// - Returns: the id of the sent message.
    /// - Throws: `AWSError`, of the kind `.checksumMismatch` when the MD5 in the response is not that of `body`.
    package func send(_ body: String, to queueURL: String? = nil) async throws(AWSError) -> String {
        let output: SendOutput = try await send(
            "SendMessage", SendInput(QueueUrl: queueURL ?? self.queueURL, MessageBody: body))
        if let expected = output.MD5OfMessageBody, let digest = MD5.digest(Array(body.utf8)),
            Hex.encode(digest) != expected.lowercased()
        {
            throw AWSError(
                .checksumMismatch, operation: "SendMessage", resource: queueURL ?? self.queueURL,
                message: "the queue received another body than was sent (message \(output.MessageId))",
                attempts: 1)
        }
        return output.MessageId
    }
}

private struct SendInput: Encodable {
    var QueueUrl: String
    var MessageBody: String
}

private struct SendOutput: Decodable {
    var MessageId: String
    var MD5OfMessageBody: String?
}
