// SPDX-License-Identifier: Apache-2.0

extension SQSClient {
    /// Deletes 1...10 messages by their receipt handles (`DeleteMessageBatch`).
    ///
    /// - Returns: the failures of the messages that were not deleted.
    /// - Throws: `AWSError` when the call as a whole failed.
    package func delete(_ receiptHandles: [String]) async throws(AWSError) -> [BatchFailure] {
        try await sendBatch(
            "DeleteMessageBatch",
            receiptHandles.enumerated().map { DeleteEntry(Id: String($0), ReceiptHandle: $1) })
    }
}

private struct DeleteEntry: Encodable {
    var Id: String
    var ReceiptHandle: String
}
