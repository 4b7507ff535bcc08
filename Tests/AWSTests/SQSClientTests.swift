// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import HTTP
import Scripted
import Testing

struct SQSClientTests {
    static let message =
        #"{"MessageId":"m1","ReceiptHandle":"r1","MD5OfBody":"5d41402abc4b2a76b9719d911017c592","Body":"hello","#
        + #""Attributes":{"ApproximateReceiveCount":"3","SentTimestamp":"1700000000123"}}"#

    func text(_ request: Request?) -> String { String(decoding: request?.body ?? [], as: UTF8.self) }

    @Test func `a receive sends target, queue, wait time and visibility timeout`() async throws {
        let harness = try await AWSHarness([.respond(200, [:], "{\"Messages\":[\(Self.message)]}")])
        let messages = try await harness.sqs.receive(
            maxMessages: 7, wait: .seconds(20), visibility: .seconds(90))
        #expect(
            messages == [
                Message(
                    messageID: "m1", receiptHandle: "r1", body: "hello", receiveCount: 3,
                    sentAt: 1_700_000_000.123)
            ])
        let request = try #require(harness.transport.requests.first)
        #expect(request.url.rendered == "https://sqs.eu-west-1.amazonaws.com/")
        #expect(request.headers["X-Amz-Target"] == "AmazonSQS.ReceiveMessage")
        #expect(request.headers["Content-Type"] == "application/x-amz-json-1.0")
        // SQS may hold the response back for 20 s: the limits are longer by that.
        #expect(request.limits.connect == .seconds(5))
        #expect(request.limits.firstByte == .seconds(35))
        #expect(request.limits.stall == .seconds(35))
        #expect(request.limits.total == .seconds(80))
        for part in [
            "\"MaxNumberOfMessages\":7", "\"WaitTimeSeconds\":20", "\"VisibilityTimeout\":90",
            "ApproximateReceiveCount", "AWSTraceHeader", #""MessageAttributeNames":["All"]"#,
        ] {
            #expect(text(request).contains(part))
        }
    }

    @Test(arguments: [false, true])
    func `a receive asks for the origin of messages only when it is wanted`(isWanted: Bool) async throws {
        let moved = Self.message.replacing(
            #""Attributes":{"#, with: #""Attributes":{"DeadLetterQueueSourceArn":"arn:aws:sqs:r:1:q","#)
        let harness = try await AWSHarness([.respond(200, [:], "{\"Messages\":[\(Self.message),\(moved)]}")])
        var sqs = try harness.sqs
        sqs.receivesOrigin = isWanted
        let messages = try await sqs.receive(maxMessages: 2, wait: .zero, visibility: .zero)
        #expect(messages.map(\.isMoved) == [false, true])
        #expect(text(harness.transport.requests.first).contains("DeadLetterQueueSourceArn") == isWanted)
    }

    @Test func `attributes of the sender are read, and those of other structures are skipped`() async throws {
        let entry =
            #"{"MessageId":"m1","ReceiptHandle":"r1","Body":"hello","Attributes":{"AWSTraceHeader":"Root=1"},"#
            + #""MessageAttributes":{"a":{"DataType":"String","StringValue":"x"},"b":{"DataType":"Binary","#
            + #""BinaryValue":"AAEC"},"c":{"StringValue":"x"},"d":7,"e":{"DataType":"String"}}}"#
        let other = entry.replacing(/"MessageAttributes":.*/, with: #""MessageAttributes":[]}"#)
        let harness = try await AWSHarness([.respond(200, [:], "{\"Messages\":[\(entry),\(other)]}")])
        let messages = try await harness.sqs.receive(maxMessages: 2, wait: .zero, visibility: .zero)
        #expect(messages.map(\.traceHeader) == ["Root=1", "Root=1"])
        #expect(messages.map(\.attributes.keys.count) == [2, 0])
        #expect(messages[0].attributes["a"] == MessageAttribute("x"))
        #expect(messages[0].attributes["b"]?.base64 == "AAEC")
        #expect(messages[0].attributes.values.map { $0.size(named: "a") }.sorted() == [1 + 6 + 1, 1 + 6 + 3])
    }

    @Test func `attributes are sent with a message`() async throws {
        let harness = try await AWSHarness([.respond(200, [:], #"{"MessageId":"m1"}"#)])
        let message = OutgoingMessage(
            "hello", id: "1", attributes: ["a": MessageAttribute("x")], traceHeader: "Root=1")
        _ = try await harness.sqs.send(message)
        let sent = text(harness.transport.requests.first)
        for name in [#""MessageAttributes":{"a""#, #""MessageSystemAttributes":{"AWSTraceHeader""#] {
            #expect(sent.contains(name), "\(sent)")
        }
        #expect(sent.contains(#""StringValue":"Root=1""#) && message.size == 5 + 1 + 6 + 1)
    }

    @Test func `a response without the member Messages has no messages`() async throws {
        let harness = try await AWSHarness([
            .respond(200, [:], "{}"), .respond(200), .respond(200), .respond(200),
        ])
        #expect(try await harness.sqs.receive(maxMessages: 1, wait: .zero, visibility: .zero).isEmpty)
        // An empty body is not a response of SQS.
        let error = try await awsError {
            try await harness.sqs.receive(maxMessages: 1, wait: .zero, visibility: .zero)
        }
        #expect(error.kind == .malformedResponse)
    }

    /// Malformed messages: the first has a wrong MD5, the others lack a field or are not messages.
    static let malformed = [
        message.replacing("\"hello\"", with: "\"hellO\"").replacing("m1", with: "m2"),
        #"{"MessageId":"m2","ReceiptHandle":"r2"}"#, #"{"MessageId":"m2","Body":"x"}"#,
        #"{"MessageId":"m2","ReceiptHandle":"r2","Body":7}"#,
        #"{"ReceiptHandle":"r2","Body":"x"}"#, "null", "[]",
    ]

    @Test(arguments: malformed)
    func `a malformed message does not hide the others`(_ malformed: String) async throws {
        let other = Self.message.replacing("m1", with: "m3")
        let harness = try await AWSHarness([
            .respond(200, [:], "{\"Messages\":[\(Self.message),\(malformed),\(other)]}")
        ])
        let messages = try await harness.sqs.receive(maxMessages: 10, wait: .zero, visibility: .zero)
        #expect(messages.map(\.messageID) == ["m1", "m3"])
        #expect(messages.map(\.body) == ["hello", "hello"])
        let warnings = harness.log.lines.filter { $0.hasPrefix("warning") }
        #expect(warnings.count == 1)
        for part in ["message-malformed", malformed.contains("m2") ? "message m2 " : "message without id "] {
            #expect(warnings.allSatisfy { $0.contains(part) }, "\(warnings)")
        }
    }

    @Test func `the log names both digests of a message with a wrong MD5`() async throws {
        let harness = try await AWSHarness([
            .respond(200, [:], "{\"Messages\":[\(Self.malformed[0]),\(Self.message)]}")
        ])
        _ = try await harness.sqs.receive(maxMessages: 10, wait: .zero, visibility: .zero)
        // The first digest is that of `printf hellO | md5sum`.
        let words =
            "the MD5 of message m2 is 06612c0d9c73d47a7042afd7024d7c82, not 5d41402abc4b2a76b9719d911017c592"
        #expect(harness.log.lines.contains { $0.hasPrefix("warning \(words)") }, "\(harness.log.lines)")
    }

    @Test func `malformed messages are left out and each is logged`() async throws {
        let harness = try await AWSHarness([
            .respond(200, [:], "{\"Messages\":[\(Self.malformed[0]),\(Self.malformed[1])]}")
        ])
        #expect(try await harness.sqs.receive(maxMessages: 10, wait: .zero, visibility: .zero).isEmpty)
        let warnings = harness.log.lines.filter { $0.hasPrefix("warning") && $0.contains("message m2 ") }
        #expect(warnings.count == 2)
        #expect(warnings.first?.contains("checksum-mismatch") == true)
        #expect(warnings.last?.contains("malformed-response") == true)
    }

    @Test(arguments: [
        (#"{"ApproximateReceiveCount":3,"SentTimestamp":1700000000123}"#, 3, 1_700_000_000.123),
        (#"{"ApproximateReceiveCount":"3","SentTimestamp":null,"X":{},"Y":[1],"Z":true,"W":1.5}"#, 3, nil),
        (#"{"ApproximateReceiveCount":[],"SentTimestamp":"1700000000123"}"#, 1, 1_700_000_000.123),
        ("[]", 1, nil), ("7", 1, nil), ("null", 1, nil),
        (
            #"{"ApproximateReceiveCount":"9223372036854775807","SentTimestamp":"-9223372036854775808"}"#,
            1_000_000, -9_223_372_036_854_775.808
        ),
        (#"{"ApproximateReceiveCount":9223372036854775807,"SentTimestamp":"many"}"#, 1_000_000, nil),
        (#"{"ApproximateReceiveCount":"99999999999999999999"}"#, 1_000_000, nil),
        (
            #"{"ApproximateReceiveCount":"-9223372036854775808","SentTimestamp":"9223372036854775808"}"#, 1,
            nil
        ),
        (
            #"{"ApproximateReceiveCount":"0","SentTimestamp":"9223372036854775807"}"#, 1,
            9_223_372_036_854_775.807
        ),
        (#"{"ApproximateReceiveCount":"","SentTimestamp":""}"#, 1, nil),
        (#"{"ApproximateReceiveCount":"many","SentTimestamp":"1e400"}"#, 1, nil),
    ])
    func `attributes of other types do not make a message malformed`(
        _ attributes: String, _ count: Int, _ sentAt: Double?
    ) async throws {
        let entry = #"{"MessageId":"m1","ReceiptHandle":"r1","Body":"hello","Attributes":\#(attributes)}"#
        let harness = try await AWSHarness([.respond(200, [:], "{\"Messages\":[\(entry)]}")])
        let messages = try await harness.sqs.receive(maxMessages: 1, wait: .zero, visibility: .zero)
        #expect(messages.map(\.receiveCount) == [count])
        #expect(messages.map(\.sentAt) == [sentAt])
    }

    @Test func `a message whose id is too long is left out`() async throws {
        let ids = [String(repeating: "i", count: 128), String(repeating: "j", count: 129)]
        let entries = ids.map { Self.message.replacing("m1", with: $0) }
        let harness = try await AWSHarness([
            .respond(200, [:], "{\"Messages\":[\(entries.joined(separator: ","))]}")
        ])
        let messages = try await harness.sqs.receive(maxMessages: 10, wait: .zero, visibility: .zero)
        #expect(messages.map(\.messageID) == [ids[0]])
        #expect(harness.log.lines.count { $0.contains("129 bytes") } == 1)
    }

    @Test func `the texts of a queue about an error or an entry have bounds`() async throws {
        let long = String(repeating: "e\u{301}", count: 100_000)
        let batch = #"{"Failed":[{"Id":"0","SenderFault":true,"Code":"\#(long)","Message":"\#(long)"}]}"#
        let error = #"{"__type":"\#(long)","message":"\#(long)"}"#
        let headers: Headers = ["x-amzn-RequestId": String(repeating: "r", count: 60_000)]
        let harness = try await AWSHarness([.respond(200, [:], batch), .respond(400, headers, error)])
        let failure = try #require(try await harness.sqs.delete(["r1"]).first)
        #expect(failure.code.utf8.count <= 128 && failure.message.utf8.count <= 1024)
        let refused = try await awsError { try await harness.sqs.delete(["r1"]) }
        #expect(refused.description.utf8.count < 3000)
        #expect(harness.log.lines.allSatisfy { $0.utf8.count < 8000 })
    }

    @Test func `an empty MD5 is not compared`() async throws {
        let entry = Self.message.replacing("5d41402abc4b2a76b9719d911017c592", with: "")
        let harness = try await AWSHarness([.respond(200, [:], "{\"Messages\":[\(entry)]}")])
        #expect(try await harness.sqs.receive(maxMessages: 1, wait: .zero, visibility: .zero).count == 1)
    }

    @Test func `a long message id is truncated in the log`() async throws {
        let id = String(repeating: "i", count: 5000)
        let entries = [Self.malformed[0], Self.malformed[1]].map { $0.replacing("m2", with: id) }
        let harness = try await AWSHarness([
            .respond(200, [:], "{\"Messages\":[\(entries.joined(separator: ","))]}")
        ]
        )
        _ = try await harness.sqs.receive(maxMessages: 10, wait: .zero, visibility: .zero)
        let warnings = harness.log.lines.filter { $0.hasPrefix("warning") }
        #expect(warnings.count == 2)
        #expect(warnings.allSatisfy { $0.contains("message \(id.prefix(100)) ") && $0.utf8.count < 700 })
    }

    @Test func `the MD5 is that of the unescaped UTF-8 body`() async throws {
        // "ü\n" by its escapes.
        let message =
            #"{"MessageId":"m","ReceiptHandle":"r","MD5OfBody":"9e7c7d3c1bd28ed4b4e4ad5e3f8f8b4e","Body":"\u00fc\n"}"#
        let harness = try await AWSHarness([.respond(200, [:], "{\"Messages\":[\(message)]}")])
        _ = try await harness.sqs.receive(maxMessages: 1, wait: .zero, visibility: .zero)
        #expect(harness.log.lines.contains { $0.contains(md5OfUmlautLine) })
    }

    /// `printf 'ü\n' | md5sum`
    let md5OfUmlautLine = "b1308e45d7501076cd34ebb17d843a9b"

    @Test func `a batch of deletes returns the entries that failed`() async throws {
        let harness = try await AWSHarness([
            .respond(
                200, [:],
                #"{"Successful":[{"Id":"0"}],"Failed":[{"Id":"2","SenderFault":true,"#
                    + #""Code":"ReceiptHandleIsInvalid","Message":"old"}]}"#
            )
        ])
        let failures = try await harness.sqs.delete(["a", "b", "c"])
        #expect(failures.map(\.index) == [1, 2])
        #expect(failures[0].code == "NotAnswered")
        #expect(!failures[0].isSenderFault)
        #expect(failures[1].isSenderFault)
        #expect(failures[1].kind == .receiptHandleInvalid)
        let body = text(harness.transport.requests.first)
        #expect(body.contains("\"Id\":\"0\"") && body.contains("\"ReceiptHandle\":\"c\""))
    }

    @Test func `a visibility timeout is sent in whole seconds`() async throws {
        let harness = try await AWSHarness([.respond(200, [:], #"{"Successful":[{"Id":"0"},{"Id":"1"}]}"#)])
        let failures = try await harness.sqs.changeVisibility([
            VisibilityChange(receiptHandle: "a", timeout: .zero),
            VisibilityChange(receiptHandle: "b", timeout: .seconds(300)),
        ])
        #expect(failures.isEmpty)
        #expect(text(harness.transport.requests.first).contains("\"VisibilityTimeout\":300"))
    }

    @Test func `the MD5 in the response to SendMessage is compared`() async throws {
        let good = #"{"MessageId":"m1","MD5OfMessageBody":"5d41402abc4b2a76b9719d911017c592"}"#
        let harness = try await AWSHarness([.respond(200, [:], good), .respond(200, [:], good)])
        #expect(try await harness.sqs.send(OutgoingMessage("hello", id: "1")) == "m1")
        let error = try await awsError { try await harness.sqs.send(OutgoingMessage("hello!", id: "1")) }
        #expect(error.kind == .checksumMismatch)
        #expect(!text(harness.transport.requests.first).contains("MessageGroupId"))
    }

    @Test func `the failures of a batch of messages are returned by their indices`() async throws {
        let answer = #"""
            {"Successful":[{"Id":"0","MessageId":"m"}],
             "Failed":[{"Id":"2","SenderFault":false,"Code":"InternalError","Message":"busy"}]}
            """#
        let harness = try await AWSHarness([.respond(200, [:], answer)])
        let failures = try await harness.sqs.sendMessages(
            ["a", "b", "c"].map { OutgoingMessage($0, id: $0) })
        #expect(failures.map(\.index) == [1, 2] && failures.map(\.code) == ["NotAnswered", "InternalError"])
        let sent = text(harness.transport.requests.first)
        #expect(sent.contains(#""MessageBody":"b""#) && !sent.contains("MessageGroupId"))
    }

    @Test func `a message to a FIFO queue has a group and a deduplication id of its own`() async throws {
        let answer = ScriptedTransport.Step.respond(200, [:], #"{"MessageId":"m1"}"#)
        let harness = try await AWSHarness([answer, answer, answer])
        for id in ["a-0-1", "a-0-1", "a-0-2"] {
            _ = try await harness.sqs.send(
                OutgoingMessage("hello", id: id), to: "https://queue.test/1/dead.fifo")
        }
        struct Input: Decodable, Equatable {
            var MessageGroupId: String
            var MessageDeduplicationId: String
        }
        let inputs = try harness.transport.requests.map {
            try JSONDecoder().decode(Input.self, from: Data($0.body))
        }
        #expect(
            inputs[0] == inputs[1] && inputs[0].MessageDeduplicationId != inputs[2].MessageDeduplicationId)
        #expect(inputs[0].MessageGroupId != inputs[2].MessageGroupId)
        #expect(inputs.allSatisfy { $0.MessageDeduplicationId.utf8.count <= 128 })
    }

    @Test func `the maxReceiveCount of a redrive policy may be a string`() async throws {
        let answer =
            #"{"Attributes":{"VisibilityTimeout":"30","ApproximateNumberOfMessages":"5","#
            + #""ApproximateNumberOfMessagesNotVisible":"2","#
            + #""RedrivePolicy":"{\"deadLetterTargetArn\":\"arn:aws:sqs:x\",\"maxReceiveCount\":\"4\"}"}}"#
        let harness = try await AWSHarness([.respond(200, [:], answer)])
        let attributes = try await harness.sqs.attributes()
        #expect(attributes.redrive?.maxReceiveCount == 4)
        #expect(attributes.approximateMessages == 5)
        #expect(attributes.approximateInFlight == 2)
    }

    @Test(arguments: [
        (
            400, "com.amazonaws.sqs#QueueDoesNotExist", "AWS.SimpleQueueService.NonExistentQueue;Sender",
            AWSError.Kind.queueMissing
        ),
        (400, "AWS.SimpleQueueService.NonExistentQueue", "", .queueMissing),
        (400, "com.amazonaws.sqs#ReceiptHandleIsInvalid:http://x/#y", "", .receiptHandleInvalid),
        (403, "SignatureDoesNotMatch", "", .invalidCredentials),
        (403, "com.amazon.coral.service#InvalidClientTokenId", "", .invalidCredentials),
        (400, "com.amazonaws.sqs#KmsAccessDenied", "", .kms),
        (
            400, "com.amazonaws.sqs#SomethingNew", "AWS.SimpleQueueService.NonExistentQueue;Sender",
            .queueMissing
        ),
    ])
    func `an error of SQS has a kind and a code without namespace`(
        _ status: Int, _ type: String, _ legacy: String, _ kind: AWSError.Kind
    ) async throws {
        let harness = try await AWSHarness([
            .respond(
                status, ["x-amzn-RequestId": "R9", "x-amzn-query-error": legacy],
                "{\"__type\":\"\(type)\",\"message\":\"no\"}")
        ])
        let error = try await awsError { try await harness.sqs.delete(["a"]) }
        #expect(error.kind == kind)
        #expect(error.code?.contains("#") == false)
        #expect(error.requestID == "R9")
        harness.expectPlayed()
    }

    @Test func `a wrong secret gives an error that names operation, code and request id`() async throws {
        let harness = try await AWSHarness([
            .respond(
                403, ["x-amzn-RequestId": "R-1"],
                #"{"__type":"com.amazon.coral.service#SignatureDoesNotMatch","message":"The request signature... "#
                    + #"The Canonical String for this request should have been\n'x-amz-security-token:the-token'"}"#
            )
        ])
        let error = try await awsError {
            try await harness.sqs.receive(maxMessages: 1, wait: .zero, visibility: .zero)
        }
        for part in [
            "ReceiveMessage", "SignatureDoesNotMatch", "R-1", "invalid-credentials", "check the access key",
        ] {
            #expect(error.description.contains(part))
        }
        #expect(!error.description.contains("the-secret-itself"))
        // The service repeats the headers that were signed.
        #expect(!error.description.contains("the-token"))
    }

    @Test(arguments: ["", "two words", "line\\nbreak", "ü", String(repeating: "m", count: 257)])
    func `a message whose id cannot be logged is malformed`(_ id: String) async throws {
        let text = Self.message.replacing("\"m1\"", with: "\"\(id)\"")
        let harness = try await AWSHarness([.respond(200, [:], "{\"Messages\":[\(text)]}")])
        #expect(try await harness.sqs.receive(maxMessages: 1, wait: .zero, visibility: .zero).isEmpty)
        let lines = harness.log.lines.filter { $0.contains("message-malformed") }
        #expect(lines.count == 1 && lines.allSatisfy { $0.utf8.count < 1000 && !$0.contains("\n") })
    }

    @Test func `a response that is not the expected JSON is malformed`() async throws {
        let harness = try await AWSHarness([])
        for body in ["<html>", #"{"Messages":{}}"#] {
            harness.transport.add(Array(repeating: .respond(200, [:], body), count: 3))
            let error = try await awsError {
                try await harness.sqs.receive(maxMessages: 1, wait: .zero, visibility: .zero)
            }
            #expect(error.kind == .malformedResponse)
        }
    }
}
