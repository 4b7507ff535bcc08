// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import HTTP
import Logging
import Scripted
import Support
import Testing

@testable import Worker

struct QueueQuarantineTests {
    private static let source = "https://sqs.eu-west-1.amazonaws.com/123456789012/pictures"

    /// The records with the texts that become longest in JSON, where a control character takes six bytes.
    private static let worst: [QuarantineRecord] = ["\u{1}", "\"", "\u{FFFE}", "ü", "e\u{301}", "a"].map {
        let long = String(repeating: $0, count: 200_000)
        let error = WorkerError(
            .outputBucketMissing, operation: long, code: long, detail: long, requestID: long)
        var trace = RecordTrace(
            source: ObjectReference(
                bucket: String(repeating: "b", count: 255), key: long.truncated(toBytes: 1024)))
        trace.add(ObjectHead(eTag: long, versionID: long, requestID: long))
        (trace.getTime, trace.totalTime) = (.seconds(Int64.max), .seconds(Int64.max))
        let message = InFlightMessage(
            content: Message(messageID: long, receiptHandle: "h", body: long, receiveCount: .max),
            age: nil, lease: LeaseManagerState.ID(number: 1), stopSignal: StopSignal())
        return QuarantineRecord(
            error, trace, of: message, OriginalBody(of: long), index: .max,
            WorkerIdentity(host: String(repeating: "h", count: 64), version: "1.0.0"))
    }

    /// A message in a request.
    private struct Sent: Decodable {
        var MessageBody: String
        var MessageAttributes: [String: MessageAttribute]?
        var MessageSystemAttributes: [String: MessageAttribute]?

        var attributes: [String: MessageAttribute] { MessageAttributes ?? [:] }
        var size: Int { OutgoingMessage(MessageBody, id: "", attributes: attributes).size }
        /// The texts of the attributes by their names.
        var texts: [String: String] { attributes.compactMapValues(\.text) }
    }

    private static let message = Message(messageID: "m", receiptHandle: "h", body: "")

    /// The messages that were sent to a queue with this maximum message size, until one was accepted.
    private func send(
        _ record: QuarantineRecord, of message: Message = message, limit: Int = 1 << 20
    ) async throws -> [Sent] {
        let sent = Locked<[Sent]>([])
        let answer = ScriptedTransport.Step { request in
            let input = try? JSONDecoder().decode(Sent.self, from: Data(request.body))
            let size = input?.size ?? 0
            if let input { sent.withLock { $0.append(input) } }
            let refusal = #"{"__type":"com.amazonaws.sqs#InvalidParameterValue","message":"too long"}"#
            return size > limit
                ? Response(status: 400, body: Array(refusal.utf8))
                : Response(status: 200, body: Array(#"{"MessageId":"1"}"#.utf8))
        }
        var options = AWSOptions()
        options.logIdentity = false
        // Other tests can hold the threads for minutes.
        options.timeouts.totalSeconds = 3600
        let host = HostEnvironment(
            environment: [
                "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret",
                "AWS_REGION": "eu-west-1",
            ], homeDirectory: nil)
        let session = try await AWSSession(
            options, queueURL: Self.source,
            transport: ScriptedTransport(Array(repeating: answer, count: 5)), host: host,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
        let client = try session.sqs(queueURL: Self.source)
        try await QueueQuarantine(client, queueURL: Self.source + "-dead")
            .store(record, of: message)
        return sent.withLock { $0 }
    }

    @Test(arguments: worst.indices, [1 << 20, 1 << 18, 1 << 16, 1 << 12, 1 << 10])
    func `a record of any content is stored in a queue of any maximum message size`(
        index: Int, limit: Int
    ) async throws {
        for attributes in [[:], ["traceparent": MessageAttribute(String(repeating: "a", count: 1000))]] {
            let message = Message(messageID: "m", receiptHandle: "h", body: "", attributes: attributes)
            let sent = try await send(Self.worst[index], of: message, limit: limit)
            #expect(try #require(sent.last).size <= limit && sent.count <= 5)
            // SQS accepts these characters (API reference of SendMessage).
            for text in sent.flatMap({ [$0.MessageBody] + $0.texts.values }) {
                #expect(
                    text.unicodeScalars.allSatisfy {
                        switch $0.value {
                        case 9, 10, 13, 0x20...0xD7FF, 0xE000...0xFFFD, 0x10000...0x10FFFF: true
                        default: false
                        }
                    })
                #expect(!text.isEmpty)
            }
        }
    }

    @Test func `a dead letter has the body of the message and the reason in its attributes`() async throws {
        var record = Self.worst[5]
        (record.body, record.key, record.reason, record.error) = (
            "{}", "a\u{1}ü\u{FFFE}.jpg", "no", "corrupt"
        )
        (record.errorCode, record.versionID, record.eTag, record.requestID) = ("", nil, nil, nil)
        let own = MessageAttribute("old")
        var message = Self.message
        message.traceHeader = "Root=1"
        message.attributes = ["pixelated-reason": own, "pixelated-later": own, "b": own, "a": own]
        let letter = try #require(try await send(record, of: message).first)
        #expect(letter.MessageBody == "{}")
        #expect(letter.MessageSystemAttributes?["AWSTraceHeader"]?.text == "Root=1")
        var texts = letter.texts
        let json = try #require(texts["pixelated-record"])
        texts["pixelated-record"] = nil
        let object = "s3://\(String(repeating: "b", count: 255))/a?ü?.jpg"
        #expect(
            texts == [
                "pixelated-error": "corrupt", "pixelated-reason": "no", "pixelated-object": object,
                "a": "old",
                "b": "old",
            ])
        let stored = try JSONDecoder().decode(QuarantineRecord.self, from: Data(json.utf8))
        record.bodyBytes = 2
        record.body = ""
        #expect(stored == record)
        #expect(QuarantineAttributes.record(in: letter.attributes, of: "{}") == stored)
        // Its index is not that of a record of another body.
        #expect(QuarantineAttributes.record(in: letter.attributes, of: "{ }") == nil)
    }

    @Test func `a dead letter has as many attributes of the message as there is room for`() async throws {
        let names = (0..<10).map { "name-\($0)" }
        var message = Self.message
        message.attributes = Dictionary(uniqueKeysWithValues: names.map { ($0, MessageAttribute("x")) })
        let letter = try #require(try await send(Self.worst[5], of: message).first)
        #expect(letter.attributes.count == 10)
        #expect(letter.attributes.keys.filter { $0.hasPrefix("name") }.sorted() == Array(names.prefix(5)))
        // An attribute that is too long for the queue is left out, and the body is kept.
        var record = Self.worst[5]
        record.body = String(repeating: "a", count: 1000)
        message.attributes = ["long": MessageAttribute(String(repeating: "x", count: 250_000))]
        let sent = try await send(record, of: message, limit: 1 << 17)
        #expect(sent.map { $0.attributes["long"] == nil } == [false, true])
        #expect(sent.last?.MessageBody == record.body && sent.last?.attributes.count == 5)
    }

    @Test func `the JSON of a record without its body has at most 64 KiB`() throws {
        for record in Self.worst {
            #expect(try record.truncated(toBodyBytes: 0).json().utf8.count <= 64 << 10)
        }
    }

    @Test func `a short record names its object and the size of its body`() throws {
        var record = Self.worst[5]
        record.key = "photos/a.jpg"
        let short = try record.shortened()
        #expect(short.key == "photos/a.jpg" && short.body.isEmpty && short.bodyBytes == 200_000)
        #expect(short.error == "output-bucket-missing" && !short.reason.isEmpty)
    }

    @Test(arguments: [("a", nil), ("a", 30_000), ("\u{1}", nil)])
    func `a record that fits is sent once, with its whole body`(_ part: String, _ whole: Int?) async throws {
        var record = Self.worst[5]
        record.body = String(repeating: part, count: 20_000)
        record.bodyBytes = whole
        let sent = try await send(record, limit: 1 << 18)
        // SQS accepts no body with control characters, and the beginning of a body is no event.
        let isBody = part == "a" && whole == nil
        #expect(sent.map(\.MessageBody) == [isBody ? record.body : try record.json()])
    }
}
