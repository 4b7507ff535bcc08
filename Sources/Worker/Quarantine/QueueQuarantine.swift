// SPDX-License-Identifier: Apache-2.0

package import AWS

/// The quarantine in a dead-letter queue, standard or FIFO. Each record is one message: the body of the message that
/// failed, with the reason in its attributes (`QuarantineAttributes`).
package struct QueueQuarantine: Quarantine {
    private let client: SQSClient
    private let queueURL: String

    package init(_ client: SQSClient, queueURL: String) {
        self.client = client
        self.queueURL = queueURL
    }

    /// The maximum size of an SQS message in bytes: 1 MiB (SQS Developer Guide, quotas).
    private static let maxMessageBytes = 1 << 20
    /// The length in bytes to which the body is truncated when the whole message is too large. In JSON each byte
    /// becomes at most six bytes, so that a record with this body has less than 256 KiB, the former maximum size of a
    /// message.
    private static let truncatedBodyBytes = 16 << 10

    /// Stores a record as a message, in full or as much of it as the queue accepts: its MaximumMessageSize is 1 KiB to
    /// 1 MiB.
    package func store(_ record: QuarantineRecord, of message: Message) async throws {
        var refusal: AWSError?
        for form in try Self.forms(of: record, of: message) where form.size <= Self.maxMessageBytes {
            do {
                _ = try await client.send(form, to: queueURL)
                return
            } catch let error where error.code == "InvalidParameterValue" || error.status == 413 {
                refusal = error
            } catch {
                throw WorkerError.thrown(for: error, side: .output)
            }
        }
        if let refusal { throw WorkerError.thrown(for: refusal, side: .output) }
    }

    /// Returns the forms of a dead letter, the most complete first: the body with all attributes, without those of the
    /// original message, and with the shortest record, and the record as JSON with a truncated body and without one. A
    /// body that SQS does not accept is only in the JSON.
    private static func forms(
        of record: QuarantineRecord, of message: Message
    ) throws -> [OutgoingMessage] {
        // A record that fails again at a later receive, after its message was moved back to the queue, has another id,
        // because a FIFO queue does not deliver a second message with the same id.
        let id = "\(record.id)-\(record.receiveCount)"
        var forms: [OutgoingMessage] = []
        func add(_ body: String, _ attributes: [String: MessageAttribute] = [:]) {
            let form = OutgoingMessage(
                body, id: id, attributes: attributes, traceHeader: message.traceHeader)
            if form != forms.last { forms.append(form) }
        }
        if record.bodyBytes == nil, record.body.isMessageBody {
            let reason = try QuarantineAttributes.attributes(of: record)
            let others = message.attributes.filter { !QuarantineAttributes.isOwn($0.key) }
                .sorted { $0.key < $1.key }.prefix(MessageAttribute.limit - reason.count)
            add(record.body, reason.merging(others.map { ($0.key, $0.value) }) { own, _ in own })
            add(record.body, reason)
            add(record.body, try QuarantineAttributes.shortAttributes(of: record.shortened()))
        } else {
            add(try record.json())
        }
        add(try record.truncated(toBodyBytes: truncatedBodyBytes).json())
        add(try record.shortened().json())
        return forms
    }
}
