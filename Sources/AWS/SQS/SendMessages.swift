// SPDX-License-Identifier: Apache-2.0

extension SQSClient {
    /// Sends 1...10 messages, which have at most 1 MiB together (`SendMessageBatch`).
    ///
    /// A message to a FIFO queue is its own message group, as with `send(_:to:)`.
    ///
    /// - Returns: the failures of the messages that were not sent.
    /// - Throws: `AWSError` when the call as a whole failed.
    package func sendMessages(_ messages: [OutgoingMessage]) async throws(AWSError) -> [BatchFailure] {
        try await sendBatch(
            "SendMessageBatch",
            messages.enumerated().map { index, message in
                var entry = OutgoingFields(message, to: queueURL)
                entry.Id = String(index)
                return entry
            })
    }
}
