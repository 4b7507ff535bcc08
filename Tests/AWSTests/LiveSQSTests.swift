// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import Testing

@Suite(
    .enabled(
        if: LiveServer.isConfigured && LiveServer.queue != nil,
        "needs PIXELATOR_LIVE_S3 and PIXELATOR_LIVE_QUEUE"),
    .serialized)
struct LiveSQSTests {
    @Test func `a message is sent, received, released and deleted`() async throws {
        let sqs = try await LiveServer.session().sqs(queueURL: try #require(LiveServer.queue))
        let body = "{\"text\": \"ü \u{1F0A1} \\n \(UInt64.random(in: 0...UInt64.max))\"}"
        let id = try await sqs.send(OutgoingMessage(body, id: body))
        var found: Message?
        for _ in 0..<10 where found == nil {
            let messages = try await sqs.receive(maxMessages: 10, wait: .seconds(2), visibility: .seconds(30))
            found = messages.first { $0.messageID == id }
        }
        let message = try #require(found)
        #expect(message.body == body)
        #expect(message.receiveCount == 1)
        #expect(message.sentAt != nil)
        #expect(try await sqs.attributes().approximateInFlight ?? 0 >= 1)
        let extended = [VisibilityChange(receiptHandle: message.receiptHandle, timeout: .seconds(60))]
        #expect(try await sqs.changeVisibility(extended).isEmpty)
        let released = [VisibilityChange(receiptHandle: message.receiptHandle, timeout: .zero)]
        #expect(try await sqs.changeVisibility(released).isEmpty)
        let again = try await sqs.receive(maxMessages: 10, wait: .seconds(2), visibility: .seconds(30))
        let second = try #require(again.first { $0.messageID == id })
        #expect(second.receiveCount == 2)
        let failures = try await sqs.delete([second.receiptHandle, "never-issued"])
        #expect(failures.map(\.index) == [1])
        #expect(failures.first?.kind == .receiptHandleInvalid)
    }

    @Test func `a wrong secret and a missing queue have their kinds of error`() async throws {
        let queue = try #require(LiveServer.queue)
        let wrong = try await LiveServer.session(secret: "wrong").sqs(queueURL: queue)
        let error = try await awsError { try await wrong.attributes() }
        #expect(error.kind == .invalidCredentials)
        #expect(error.description.contains("GetQueueAttributes"))
        #expect(error.description.contains("request id"))
        let missing = try await LiveServer.session().sqs(queueURL: queue + "-missing")
        #expect(
            try await awsError {
                try await missing.receive(maxMessages: 1, wait: .zero, visibility: .seconds(1))
            }.kind == .queueMissing)
    }
}
