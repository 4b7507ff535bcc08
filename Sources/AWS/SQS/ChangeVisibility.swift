// SPDX-License-Identifier: Apache-2.0

extension SQSClient {
    /// Changes the visibility timeouts of 1...10 messages (`ChangeMessageVisibilityBatch`).
    ///
    /// - Returns: the failures of the messages whose timeouts were not changed.
    /// - Throws: `AWSError` when the call as a whole failed.
    package func changeVisibility(_ changes: [VisibilityChange]) async throws(AWSError) -> [BatchFailure] {
        try await sendBatch(
            "ChangeMessageVisibilityBatch",
            changes.enumerated().map {
                ChangeEntry(
                    Id: String($0), ReceiptHandle: $1.receiptHandle,
                    VisibilityTimeout: Int($1.timeout.components.seconds))
            })
    }
}

private struct ChangeEntry: Encodable {
    var Id: String
    var ReceiptHandle: String
    var VisibilityTimeout: Int
}
