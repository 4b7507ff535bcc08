// SPDX-License-Identifier: Apache-2.0

/// Attributes of a queue (`GetQueueAttributes`). Nil values were not in the response.
package struct QueueAttributes: Sendable, Equatable {
    /// The maximum number of receives before a message moves to the dead-letter queue; nil without a redrive policy.
    package var maxReceiveCount: Int?
    /// The approximate number of visible messages.
    package var approximateMessages: Int?
    /// The approximate number of messages in flight.
    package var approximateInFlight: Int?

    init(_ values: [String: String]) {
        approximateMessages = values["ApproximateNumberOfMessages"].flatMap(Int.init)
        approximateInFlight = values["ApproximateNumberOfMessagesNotVisible"].flatMap(Int.init)
        maxReceiveCount =
            values["RedrivePolicy"].flatMap { JSON.decode(RedrivePolicy.self, from: Array($0.utf8)) }?
            .maxReceiveCount
    }
}

/// `{"deadLetterTargetArn":"...","maxReceiveCount":"5"}`. The number may be a string.
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
    /// Reads the attributes of the queue. Needs the permission `sqs:GetQueueAttributes`.
    ///
    /// - Throws: `AWSError`.
    package func attributes() async throws(AWSError) -> QueueAttributes {
        let output: AttributesOutput = try await send(
            "GetQueueAttributes", AttributesInput(QueueUrl: queueURL, AttributeNames: ["All"]))
        return QueueAttributes(output.Attributes ?? [:])
    }
}

private struct AttributesInput: Encodable {
    var QueueUrl: String
    var AttributeNames: [String]
}

private struct AttributesOutput: Decodable {
    var Attributes: [String: String]?
}
