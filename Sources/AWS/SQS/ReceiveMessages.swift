// SPDX-License-Identifier: Apache-2.0

import Digests
import Logging
import Support

extension SQSClient {
    /// Waits for messages and takes up to `maxMessages` of them out of sight.
    ///
    /// A failure is thrown late rather than at once, so that a loop around this call does not spin.
    ///
    /// - Parameters:
    ///   - maxMessages: 1...10.
    ///   - wait: 0...20 s; 0 asks only some of the queue's servers and answers at once.
    ///   - visibility: how long the messages stay out of sight of others, 0...12 h.
    /// - Returns: none when none came within `wait`. A message whose body is not what its sender wrote, or that lacks
    ///   what a message must have, is left out and told in a warning; it comes back when `visibility` is over. When
    ///   all were left out there are none either: the queue did answer.
    /// - Throws: `AWSError`.
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
        for entry in output.Messages ?? [] {
            do { messages.append(try message(entry)) } catch { tell(error, of: entry) }
        }
        return messages
    }

    private func message(_ entry: ReceivedEntry) throws(AWSError) -> Message {
        guard let received = entry.message else {
            throw damage(.malformedResponse, "message \(entry.name) lacks an id, a receipt handle or a body")
        }
        if let expected = received.MD5OfBody, !expected.isEmpty,
            let digest = MD5.digest(Array(received.Body.utf8))
        {
            let found = Hex.encode(digest)
            guard found == expected.lowercased() else {
                throw damage(
                    .checksumMismatch, "the MD5 of message \(entry.name) is \(found), not \(expected)")
            }
        }
        let attributes = received.Attributes?.values ?? [:]
        return Message(
            messageID: received.MessageId, receiptHandle: received.ReceiptHandle, body: received.Body,
            receiveCount: max(1, attributes["ApproximateReceiveCount"].flatMap(Int.init) ?? 1),
            sentAt: Self.seconds(attributes["SentTimestamp"]),
            firstReceivedAt: Self.seconds(attributes["ApproximateFirstReceiveTimestamp"]))
    }

    private func damage(_ kind: AWSError.Kind, _ message: String) -> AWSError {
        AWSError(
            kind, operation: "ReceiveMessage", resource: queueURL, message: message, attempts: 1)
    }

    private func tell(_ damage: AWSError, of entry: ReceivedEntry) {
        caller.logger.warning(
            "\(damage.message); it is left in the queue",
            metadata: [
                "event": "\(AWSEvent.messageMalformed.rawValue)", "message_id": "\(entry.name)",
                "error_code": "\(damage.kind.rawValue)",
            ])
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
    var Messages: [ReceivedEntry]?
}

/// A message, or what is there instead of one: it must not make the others unreadable.
private struct ReceivedEntry: Decodable {
    private struct Identified: Decodable {
        var MessageId: String
    }

    /// For people.
    var name: String
    var message: ReceivedMessage?

    init(from decoder: any Decoder) {
        name = (try? Identified(from: decoder)).map { String($0.MessageId.prefix(100)) } ?? "without id"
        message = try? ReceivedMessage(from: decoder)
    }
}

private struct ReceivedMessage: Decodable {
    var MessageId: String
    var ReceiptHandle: String
    var MD5OfBody: String?
    var Body: String
    var Attributes: LenientAttributes?
}

/// The attributes that are strings or whole numbers. Others are nothing to us, and no reason to leave out a message.
private struct LenientAttributes: Decodable {
    private struct Value: Decodable {
        var text: String?

        init(from decoder: any Decoder) throws {
            let value = try decoder.singleValueContainer()
            text = (try? value.decode(String.self)) ?? (try? value.decode(Int64.self)).map { "\($0)" }
        }
    }

    var values: [String: String]

    init(from decoder: any Decoder) throws {
        values = ((try? [String: Value](from: decoder)) ?? [:]).compactMapValues(\.text)
    }
}
