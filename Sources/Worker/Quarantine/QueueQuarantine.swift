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
    /// at most six bytes, so that a record with this body has less than 256 KiB, the former maximum size of a message.
    private static let truncatedBodyBytes = 16 << 10

    /// Stores a record as a message, in full or as much of it as the queue accepts: its MaximumMessageSize is 1 KiB to
    /// 1 MiB.
    package func store(_ record: QuarantineRecord, id: String) async throws {
        let forms = [record, record.truncated(toBodyBytes: Self.truncatedBodyBytes), try record.shortened()]
        var refusal: AWSError?
        for (index, form) in forms.enumerated() where index == 0 || form != forms[index - 1] {
            let message = try form.json()
            guard message.utf8.count <= Self.maxMessageBytes else { continue }
            do {
                return try await send(message, about: record)
            } catch let error where error.code == "InvalidParameterValue" || error.status == 413 {
                refusal = error
            } catch {
                throw WorkerError.thrown(for: error, side: .output)
            }
        }
        if let refusal { throw WorkerError.thrown(for: refusal, side: .output) }
    }

    private func send(_ message: String, about record: QuarantineRecord) async throws(AWSError) {
        // A record that fails again at a later receive, after its message was moved back to the queue, has another id,
        // because a FIFO queue does not deliver a second message with the same id.
        let id = "\(record.messageID)-\(record.record)-\(record.receiveCount)"
        _ = try await client.send(message, id: id, to: queueURL)
    }
}
