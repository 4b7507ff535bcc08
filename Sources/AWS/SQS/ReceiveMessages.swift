// SPDX-License-Identifier: Apache-2.0

import Digests

extension SQSClient {
    /// Waits for messages and takes up to `maxMessages` of them out of sight.
    ///
    /// A failure is thrown late rather than at once, so that a loop around this call does not spin.
    ///
    /// - Parameters:
    ///   - maxMessages: 1...10.
    ///   - wait: 0...20 s; 0 asks only some of the queue's servers and answers at once.
    ///   - visibility: how long the messages stay out of sight of others, 0...12 h.
    /// - Returns: none when none came within `wait`.
    /// - Throws: `AWSError`; `.checksumMismatch` when a body is not what its sender wrote. The messages then
    ///   come back when `visibility` is over.
    package func receive(
        maxMessages: Int, wait: Duration, visibility: Duration
    ) async throws(AWSError) -> [Message] {
        precondition((1...Self.batchLimit).contains(maxMessages), "1...10 messages can be asked for")
        let output: ReceiveOutput = try await send(
            "ReceiveMessage",
            ReceiveInput(
                QueueUrl: queueURL, MaxNumberOfMessages: maxMessages,
                WaitTimeSeconds: Int(wait.components.seconds),
                VisibilityTimeout: Int(visibility.components.seconds),
                MessageSystemAttributeNames: [
                    "ApproximateReceiveCount", "SentTimestamp", "ApproximateFirstReceiveTimestamp",
                ],
                AttributeNames: [
                    "ApproximateReceiveCount", "SentTimestamp", "ApproximateFirstReceiveTimestamp",
                ]),
            wait: wait, isLongPoll: true)
        var messages: [Message] = []
        for received in output.Messages ?? [] { messages.append(try message(received)) }
        return messages
    }

    private func message(_ received: ReceivedMessage) throws(AWSError) -> Message {
        if let expected = received.MD5OfBody, let digest = MD5.digest(Array(received.Body.utf8)) {
            let found = Hex.encode(digest)
            guard found == expected.lowercased() else {
                throw AWSError(
                    .checksumMismatch, operation: "ReceiveMessage", resource: queueURL,
                    message: "the MD5 of message \(received.MessageId) is \(found), not \(expected)",
                    attempts: 1)
            }
        }
        let attributes = received.Attributes ?? [:]
        return Message(
            messageID: received.MessageId, receiptHandle: received.ReceiptHandle, body: received.Body,
            receiveCount: max(1, attributes["ApproximateReceiveCount"].flatMap(Int.init) ?? 1),
            sentAt: Self.seconds(attributes["SentTimestamp"]),
            firstReceivedAt: Self.seconds(attributes["ApproximateFirstReceiveTimestamp"]))
    }

    private static func seconds(_ milliseconds: String?) -> Double? {
        milliseconds.flatMap(Int64.init).map { Double($0) / 1000 }
    }
}

private struct ReceiveInput: Encodable {
    var QueueUrl: String
    var MaxNumberOfMessages: Int
    var WaitTimeSeconds: Int
    var VisibilityTimeout: Int
    var MessageSystemAttributeNames: [String]
    /// The older name of the same list, for servers that know no other.
    var AttributeNames: [String]
}

private struct ReceiveOutput: Decodable {
    var Messages: [ReceivedMessage]?
}

private struct ReceivedMessage: Decodable {
    var MessageId: String
    var ReceiptHandle: String
    var MD5OfBody: String?
    var Body: String
    var Attributes: [String: String]?
}
