// SPDX-License-Identifier: Apache-2.0

/// A new time out of sight for one receipt, counted from the call.
package struct VisibilityChange: Sendable, Equatable {
    package var receiptHandle: String
    /// 0 s...12 h; 0 shows the message to others at once.
    package var timeout: Duration

    package init(receiptHandle: String, timeout: Duration) {
        self.receiptHandle = receiptHandle
        self.timeout = timeout
    }
}

extension SQSClient {
    /// Changes how long 1...10 messages stay out of sight.
    ///
    /// - Returns: the entries that were not changed.
    /// - Throws: `AWSError` when the call as a whole failed.
    package func changeVisibility(_ changes: [VisibilityChange]) async throws(AWSError) -> [BatchFailure] {
        precondition((1...Self.batchLimit).contains(changes.count), "a batch has 1...10 entries")
        let output: BatchOutput = try await send(
            "ChangeMessageVisibilityBatch",
            ChangeInput(
                QueueUrl: queueURL,
                Entries: changes.enumerated().map {
                    .init(
                        Id: String($0), ReceiptHandle: $1.receiptHandle,
                        VisibilityTimeout: Int($1.timeout.components.seconds))
                }))
        return output.failures(of: changes.count)
    }
}

private struct ChangeInput: Encodable {
    struct Entry: Encodable {
        var Id: String
        var ReceiptHandle: String
        var VisibilityTimeout: Int
    }

    var QueueUrl: String
    var Entries: [Entry]
}
