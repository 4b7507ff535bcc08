// SPDX-License-Identifier: Apache-2.0

import Digests
import Logging
import Support

extension SQSClient {
    /// Receives up to `maxMessages` messages with a long poll (`ReceiveMessage`).
    ///
    /// Transient failures are thrown after a pause, so that a loop around this function does not run without a pause
    /// (`APIRequest.isLongPoll`).
    ///
    /// - Parameters:
    ///   - maxMessages: the maximum number of messages, 1...10.
    ///   - wait: the wait time of the long poll, 0...20 whole seconds; 0 is a short poll, which samples only some of
    ///     the queue's servers.
    ///   - visibility: the visibility timeout of the messages, 0...43200 whole seconds (12 h).
    /// - Returns: the received messages; empty when none arrived within `wait`. Malformed messages (with a wrong MD5,
    ///   without receipt handle or body, or without an id of visible ASCII characters that is short enough) are left
    ///   out and logged; they become visible again after `visibility`.
    /// - Throws: `AWSError`.
    package func receive(
        maxMessages: Int, wait: Duration, visibility: Duration
    ) async throws(AWSError) -> [Message] {
        precondition((1...Self.batchLimit).contains(maxMessages), "maxMessages is 1...10")
        let names = Self.attributeNames + (receivesOrigin ? [Message.originName] : [])
        let output: ReceiveOutput = try await send(
            "ReceiveMessage",
            ReceiveInput(
                QueueUrl: queueURL, MaxNumberOfMessages: maxMessages,
                WaitTimeSeconds: Int(wait.components.seconds),
                VisibilityTimeout: Int(visibility.components.seconds),
                MessageSystemAttributeNames: names, AttributeNames: names,
                MessageAttributeNames: ["All"]),
            wait: wait, isLongPoll: true)
        var messages: [Message] = []
        for entry in output.Messages ?? [] {
            do { messages.append(try message(entry)) } catch { logMalformed(error, entry) }
        }
        return messages
    }

    private static let attributeNames = [
        "ApproximateReceiveCount", "SentTimestamp", Message.traceHeaderName,
    ]

    private func message(_ entry: ReceivedEntry) throws(AWSError) -> Message {
        guard let received = entry.message, Self.isIdentifier(received.MessageId) else {
            throw malformed(
                .malformedResponse, "message \(entry.name) lacks a valid id, a receipt handle or a body")
        }
        guard received.MessageId.utf8.count <= Message.maximumIDBytes else {
            throw malformed(
                .malformedResponse,
                "the id of message \(entry.name) has \(received.MessageId.utf8.count) bytes")
        }
        if let expected = received.MD5OfBody.map({ Redaction([]).clean($0) }), !expected.isEmpty,
            let digest = MD5.digest(Array(received.Body.utf8))
        {
            let found = Hex.encode(digest)
            guard found == expected.lowercased() else {
                throw malformed(
                    .checksumMismatch, "the MD5 of message \(entry.name) is \(found), not \(expected)")
            }
        }
        let attributes = received.Attributes?.values ?? [:]
        return Message(
            messageID: received.MessageId, receiptHandle: received.ReceiptHandle, body: received.Body,
            receiveCount: Self.receiveCount(attributes["ApproximateReceiveCount"]),
            sentAt: attributes["SentTimestamp"].flatMap(Int64.init).map { Double($0) / 1000 },
            attributes: received.MessageAttributes?.values ?? [:],
            traceHeader: attributes[Message.traceHeaderName],
            isMoved: attributes[Message.originName] != nil)
    }

    /// Returns true when `id` can be part of a log line and of the key of a quarantine record. The ids of SQS are
    /// UUIDs.
    private static func isIdentifier(_ id: String) -> Bool {
        !id.isEmpty && id.utf8.allSatisfy { (0x21...0x7E).contains($0) }
    }

    /// Returns the receive count in an attribute, within `Message.receiveCounts`. A number that is too large is the
    /// upper bound of this range, and a text that is no number is 1.
    private static func receiveCount(_ text: String?) -> Int {
        let range = Message.receiveCounts
        guard let text, text.utf8.allSatisfy({ (0x30...0x39).contains($0) }), !text.isEmpty else { return 1 }
        return min(max(Int(text) ?? range.upperBound, range.lowerBound), range.upperBound)
    }

    private func malformed(_ kind: AWSError.Kind, _ message: String) -> AWSError {
        AWSError(
            kind, operation: "ReceiveMessage", resource: queueURL, message: message, attempts: 1)
    }

    private func logMalformed(_ error: AWSError, _ entry: ReceivedEntry) {
        client.logger.warning(
            "\(error.message); it is left in the queue",
            metadata: [
                "event": "\(AWSEvent.messageMalformed.rawValue)", "message_id": "\(entry.name)",
                "error_code": "\(error.kind.rawValue)",
            ])
    }
}

private struct ReceiveInput: Encodable {
    var QueueUrl: String
    var MaxNumberOfMessages: Int
    var WaitTimeSeconds: Int
    var VisibilityTimeout: Int
    var MessageSystemAttributeNames: [String]
    /// The deprecated name of `MessageSystemAttributeNames`, for servers that do not support the newer name.
    var AttributeNames: [String]
    var MessageAttributeNames: [String]
}

private struct ReceiveOutput: Decodable {
    var Messages: [ReceivedEntry]?
}

/// A message in the response whose decoding never fails, so that a malformed message does not affect the others.
private struct ReceivedEntry: Decodable {
    private struct Identified: Decodable {
        var MessageId: String
    }

    /// The message id, or `without id` when there is none, for log texts.
    var name: String
    /// The decoded message; nil when a required field is missing.
    var message: ReceivedMessage?

    init(from decoder: any Decoder) {
        name =
            (try? Identified(from: decoder)).map {
                $0.MessageId.truncated(toBytes: 100).withoutControlCharacters
            } ?? "without id"
        message = try? ReceivedMessage(from: decoder)
    }
}

private struct ReceivedMessage: Decodable {
    var MessageId: String
    var ReceiptHandle: String
    var MD5OfBody: String?
    var Body: String
    var Attributes: LenientAttributes?
    var MessageAttributes: LenientMessageAttributes?
}

/// The attributes of a message whose values are strings or whole numbers. Other attributes are skipped and do not make
/// the message malformed.
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

/// The attributes of a received message. Values of unknown structure are skipped and do not make the message malformed.
private struct LenientMessageAttributes: Decodable {
    private struct Value: Decodable {
        var attribute: MessageAttribute?

        init(from decoder: any Decoder) {
            guard let found = try? MessageAttribute(from: decoder), found.text != nil || found.base64 != nil
            else { return }
            attribute = found
        }
    }

    var values: [String: MessageAttribute]

    init(from decoder: any Decoder) throws {
        values = ((try? [String: Value](from: decoder)) ?? [:]).compactMapValues(\.attribute)
    }
}
