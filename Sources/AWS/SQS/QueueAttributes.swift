// SPDX-License-Identifier: Apache-2.0

/// The attributes of a queue (`GetQueueAttributes`). An attribute is nil when the response does not contain it.
package struct QueueAttributes: Sendable, Equatable {
    /// The ARN of the queue (`QueueArn`).
    package var arn: String?
    /// The policy that moves messages to the dead-letter queue (`RedrivePolicy`); nil when the queue has none.
    package var redrive: RedrivePolicy?
    /// The visibility timeout in seconds of receives that do not have one of their own (`VisibilityTimeout`).
    package var visibilitySeconds: Int?
    /// The time in seconds after which a message is deleted (`MessageRetentionPeriod`).
    package var retentionSeconds: Int?
    /// The policy of the queue (`Policy`), a JSON document; nil when the queue has none.
    package var policy: String?
    /// The id, ARN or alias of the KMS key that encrypts the messages (`KmsMasterKeyId`).
    package var kmsKeyID: String?
    /// The approximate number of visible messages (`ApproximateNumberOfMessages`).
    package var approximateMessages: Int?
    /// The approximate number of messages in flight (`ApproximateNumberOfMessagesNotVisible`).
    package var approximateInFlight: Int?

    init(_ values: [String: String]) {
        func text(_ name: String) -> String? { values[name].flatMap { $0.isEmpty ? nil : $0 } }
        arn = text("QueueArn")
        redrive = text("RedrivePolicy").flatMap { JSON.decode(RedrivePolicy.self, from: Array($0.utf8)) }
        visibilitySeconds = values["VisibilityTimeout"].flatMap(Int.init)
        retentionSeconds = values["MessageRetentionPeriod"].flatMap(Int.init)
        policy = text("Policy")
        kmsKeyID = text("KmsMasterKeyId")
        approximateMessages = values["ApproximateNumberOfMessages"].flatMap(Int.init)
        approximateInFlight = values["ApproximateNumberOfMessagesNotVisible"].flatMap(Int.init)
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
