// SPDX-License-Identifier: Apache-2.0

/// What a queue says about itself.
package struct QueueAttributes: Sendable, Equatable {
    /// The default of the queue; each receive may ask for another one.
    package var visibilityTimeout: Duration?
    package var messageRetention: Duration?
    /// How often a message is received before it moves to the dead-letter queue; nil without one.
    package var maxReceiveCount: Int?
    package var deadLetterQueueARN: String?
    package var arn: String?
    /// Waiting, out of sight, and not yet visible.
    package var approximateMessages: Int?
    package var approximateInFlight: Int?
    package var approximateDelayed: Int?

    init(_ values: [String: String]) {
        func number(_ name: String) -> Int? { values[name].flatMap(Int.init) }
        visibilityTimeout = number("VisibilityTimeout").map { .seconds($0) }
        messageRetention = number("MessageRetentionPeriod").map { .seconds($0) }
        arn = values["QueueArn"]
        approximateMessages = number("ApproximateNumberOfMessages")
        approximateInFlight = number("ApproximateNumberOfMessagesNotVisible")
        approximateDelayed = number("ApproximateNumberOfMessagesDelayed")
        let redrive = values["RedrivePolicy"].flatMap { JSON.decode(Redrive.self, from: Array($0.utf8)) }
        maxReceiveCount = redrive?.maxReceiveCount
        deadLetterQueueARN = redrive?.deadLetterTargetArn
    }
}

/// `{"deadLetterTargetArn":"...","maxReceiveCount":"5"}`; the number may be a string.
private struct Redrive: Decodable {
    var deadLetterTargetArn: String?
    var maxReceiveCount: Int?

    enum CodingKeys: CodingKey {
        case deadLetterTargetArn, maxReceiveCount
    }

    init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        deadLetterTargetArn = try values.decodeIfPresent(String.self, forKey: .deadLetterTargetArn)
        maxReceiveCount =
            (try? values.decode(Int.self, forKey: .maxReceiveCount))
            ?? (try? values.decode(String.self, forKey: .maxReceiveCount)).flatMap(Int.init)
    }
}

extension SQSClient {
    /// Asks the queue about itself. Needs `sqs:GetQueueAttributes`.
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
