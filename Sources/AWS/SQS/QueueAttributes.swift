// SPDX-License-Identifier: Apache-2.0

/// The attributes of a queue (`GetQueueAttributes`). An attribute is nil when the response does not contain it.
package struct QueueAttributes: Sendable, Equatable {
    /// The maximum receive count of a message, after which it is moved to the dead-letter queue; nil when the queue has
    /// no redrive policy.
    package var maxReceiveCount: Int?
    /// The approximate number of visible messages (`ApproximateNumberOfMessages`).
    package var approximateMessages: Int?
    /// The approximate number of messages in flight (`ApproximateNumberOfMessagesNotVisible`).
    package var approximateInFlight: Int?

    init(_ values: [String: String]) {
        approximateMessages = values["ApproximateNumberOfMessages"].flatMap(Int.init)
        approximateInFlight = values["ApproximateNumberOfMessagesNotVisible"].flatMap(Int.init)
        maxReceiveCount =
            values["RedrivePolicy"].flatMap { JSON.decode(RedrivePolicy.self, from: Array($0.utf8)) }?
            .maxReceiveCount
    }
}

/// The redrive policy of a queue, `{"deadLetterTargetArn":"...","maxReceiveCount":"5"}`. The number can be a JSON
/// string.
private struct RedrivePolicy: Decodable {
    var maxReceiveCount: Int?

    enum CodingKeys: CodingKey {
        case maxReceiveCount
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        maxReceiveCount =
            (try? values.decode(Int.self, forKey: .maxReceiveCount))
            ?? (try? values.decode(String.self, forKey: .maxReceiveCount)).flatMap(Int.init)
    }
}

extension SQSClient {
    /// Reads the attributes of the queue. The call needs the permission `sqs:GetQueueAttributes`.
    ///
    /// - Throws: `AWSError`.
    package func attributes() async throws(AWSError) -> QueueAttributes {
        let output: AttributesOutput = try await send(
            "GetQueueAttributes", AttributesInput(QueueUrl: queueURL, AttributeNames: ["All"]))
        return QueueAttributes(output.Attributes)
    }
}

private struct AttributesInput: Encodable {
    var QueueUrl: String
    var AttributeNames: [String]
}

private struct AttributesOutput: Decodable {
    var Attributes: [String: String]
}
