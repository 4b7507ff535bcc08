// SPDX-License-Identifier: Apache-2.0

package import AWS

/// The quarantine in a dead-letter queue, standard or FIFO. Each record is one message.
package struct QueueQuarantine: Quarantine {
    private let client: SQSClient
    private let queueURL: String

    package init(_ client: SQSClient, queueURL: String) {
        self.client = client
        self.queueURL = queueURL
    }

    /// The maximum size of an SQS message in bytes: 1 MiB (SQS Developer Guide, quotas).
    private static let maxMessageBytes = 1 << 20
    /// The length in bytes to which the body is truncated when the whole record is too large. In JSON each byte becomes
    /// at most six bytes, so that a record with this body is never too large.
    private static let truncatedBodyBytes = 16 << 10

    package func store(_ record: QuarantineRecord, id: String) async throws {
        do {
            let message = try record.json()
            guard message.utf8.count <= Self.maxMessageBytes else { return try await sendTruncated(record) }
            do {
                try await send(message, about: record)
            } catch let error where error.code == "InvalidParameterValue" {
                // The MaximumMessageSize of a queue may be below 1 MiB.
                try await sendTruncated(record)
            }
        } catch let error as AWSError {
            throw WorkerError.thrown(for: error, side: .output)
        }
    }

    private func sendTruncated(_ record: QuarantineRecord) async throws {
        try await send(record.truncated(toBodyBytes: Self.truncatedBodyBytes).json(), about: record)
    }

    private func send(_ message: String, about record: QuarantineRecord) async throws(AWSError) {
        // A record that fails again at a later receive, after its message was moved back to the queue, has another id,
        // because a FIFO queue does not deliver a second message with the same id.
        let id = "\(record.messageID)-\(record.record)-\(record.receiveCount)"
        _ = try await client.send(message, id: id, to: queueURL)
    }
}
