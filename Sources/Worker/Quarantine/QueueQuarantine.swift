// SPDX-License-Identifier: Apache-2.0

package import AWS

/// The quarantine in a dead-letter queue. Each record is one message.
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
                _ = try await client.send(message, to: queueURL)
            } catch let error where error.code == "InvalidParameterValue" {
                // The MaximumMessageSize of a queue may be below 1 MiB.
                try await sendTruncated(record)
            }
        } catch let error as AWSError {
            throw WorkerError.thrown(for: error, side: .output)
        }
    }

    private func sendTruncated(_ record: QuarantineRecord) async throws {
        let message = try record.truncated(toBodyBytes: Self.truncatedBodyBytes).json()
        _ = try await client.send(message, to: queueURL)
    }
}
