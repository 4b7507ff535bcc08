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

    /// The sizes in bytes of the bodies that were sent to a queue with this maximum message size, until one was
    /// accepted.
    private func sizes(_ record: QuarantineRecord, limit: Int) async throws -> [Int] {
        let sizes = Locked<[Int]>([])
        let answer = ScriptedTransport.Step { request in
            struct Input: Decodable { var MessageBody: String }
            let input = try? JSONDecoder().decode(Input.self, from: Data(request.body))
            let size = input?.MessageBody.utf8.count ?? 0
            sizes.withLock { $0.append(size) }
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
        try await QueueQuarantine(client, queueURL: Self.source + "-dead").store(record, id: "m-0")
        return sizes.withLock { $0 }
    }

    @Test(arguments: worst.indices, [1 << 20, 1 << 18, 1 << 16, 1 << 12, 1 << 10])
    func `a record of any content is stored in a queue of any maximum message size`(
        index: Int, limit: Int
    ) async throws {
        let sizes = try await sizes(Self.worst[index], limit: limit)
        #expect(try #require(sizes.last) <= limit && sizes.count <= 3)
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

    @Test func `a record that fits is sent once, with its whole body`() async throws {
        var record = Self.worst[5]
        record.body = String(repeating: "a", count: 20_000)
        #expect(record.bodyBytes == nil)
        let sent = try await sizes(record, limit: 1 << 18)
        #expect(sent == [try record.json().utf8.count])
    }
}
