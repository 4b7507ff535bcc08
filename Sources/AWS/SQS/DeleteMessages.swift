// SPDX-License-Identifier: Apache-2.0

extension SQSClient {
    /// Deletes 1...10 messages by their receipt handles.
    ///
    /// - Returns: the entries that were not deleted.
    /// - Throws: `AWSError` when the call as a whole failed.
    package func delete(_ receiptHandles: [String]) async throws(AWSError) -> [BatchFailure] {
        precondition((1...Self.batchLimit).contains(receiptHandles.count), "a batch has 1...10 entries")
        let output: BatchOutput = try await send(
            "DeleteMessageBatch",
            DeleteInput(
                QueueUrl: queueURL,
                Entries: receiptHandles.enumerated().map { .init(Id: String($0), ReceiptHandle: $1) }))
        return output.failures(of: receiptHandles.count)
    }
}

private struct DeleteInput: Encodable {
    struct Entry: Encodable {
        /// The position in the batch: message ids may repeat when one was received twice.
        var Id: String
        var ReceiptHandle: String
    }

    var QueueUrl: String
    var Entries: [Entry]
}
