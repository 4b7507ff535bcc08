// SPDX-License-Identifier: Apache-2.0

import AWS
import HTTP
import Logging
import Scripted
import Testing

@testable import Worker

/// The adapters between the clients of module AWS and the worker.
@Suite(.timeLimit(.minutes(1)))
struct AdapterTests {
    private static let queue = "https://sqs.eu-west-1.amazonaws.com/123456789012/pictures"
    private let output = OutputObject(
        name: ObjectReference(bucket: "out", key: "a.jpg"), bytes: [1], contentType: "image/jpeg",
        metadata: [:])

    private func session(_ transport: ScriptedTransport) async throws -> AWSSession {
        var options = AWSOptions()
        options.logIdentity = false
        options.retries.maxAttempts = 1
        let host = HostEnvironment(
            environment: [
                "AWS_ACCESS_KEY_ID": "AKIDEXAMPLE", "AWS_SECRET_ACCESS_KEY": "secret",
                "AWS_REGION": "eu-west-1",
            ], homeDirectory: nil)
        return try await AWSSession(
            options, queueURL: Self.queue, transport: transport, host: host,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() })
    }

    private func store(_ steps: ScriptedTransport.Step...) async throws -> S3Store {
        S3Store(try await session(ScriptedTransport(steps)).s3(outputBucket: "out"))
    }

    private func kind(_ body: () async throws -> Void) async -> WorkerError.Kind? {
        do {
            try await body()
            return nil
        } catch {
            return (error as? WorkerError)?.kind
        }
    }

    @Test func `HEAD of a missing object returns nil, GET fails with not-found`() async throws {
        #expect(try await store(.respond(404)).head(ObjectReference(bucket: "in", key: "a.jpg")) == nil)
        let missing = try await store(.respond(404, [:], "<Error><Code>NoSuchKey</Code></Error>"))
        let found = await kind {
            _ = try await missing.get(ObjectReference(bucket: "in", key: "a.jpg"), maximumBytes: 10)
        }
        #expect(found == .notFound)
    }

    @Test func `the unquoted ETag of a HEAD has no quotation marks`() async throws {
        let store = try await store(.respond(200, ["ETag": "\"abc\"", "Content-Length": "0"]))
        let head = try await store.head(ObjectReference(bucket: "in", key: "a.jpg"))
        #expect(head?.unquotedETag == "abc")
    }

    /// S3 answers an If-Match on an object that has been deleted meanwhile with 404.
    @Test(arguments: [
        (412, "PreconditionFailed", WorkerError.Kind.superseded),
        (409, "ConditionalRequestConflict", .superseded), (404, "NoSuchKey", .superseded),
        (403, "AccessDenied", .outputDenied), (404, "NoSuchBucket", .outputBucketMissing),
        (503, "SlowDown", .throttled), (500, "InternalError", .unavailable),
        (400, "KMS.DisabledException", .encryption), (403, "InvalidAccessKeyId", .credentials),
    ])
    func `the error of a conditional put has the kind of its code`(
        status: Int, code: String, meaning: WorkerError.Kind
    ) async throws {
        let store = try await store(.respond(status, [:], "<Error><Code>\(code)</Code></Error>"))
        let found = await kind { try await store.put(output, if: .unchanged(eTag: "abc")) }
        #expect(found == meaning)
    }

    /// One disabled key of a source says nothing about other sources, but that of the outputs concerns all of them.
    @Test func `an unusable key of a source is retried, and KMS that fails for a moment opens the breaker`()
        async throws
    {
        let source = ObjectReference(bucket: "in", key: "a.jpg")
        for (status, code, meaning) in [
            (400, "KMS.DisabledException", WorkerError.Kind.sourceEncryption),
            (400, "KMS.KMSInvalidStateException", .sourceEncryption),
            (400, "KMS.ThrottlingException", .throttled), (400, "KMS.KMSInternalException", .unavailable),
        ] {
            let store = try await store(.respond(status, [:], "<Error><Code>\(code)</Code></Error>"))
            let found = await kind {
                _ = try await store.get(source, maximumBytes: 1000, onNewConnection: false)
            }
            #expect(found == meaning)
            #expect(Policy()[meaning] == (meaning == .sourceEncryption ? .retry : .openBreaker))
        }
    }

    @Test func `a cancelled call throws CancellationError`() async throws {
        let store = try await store(.fail(.cancelled))
        await #expect(throws: CancellationError.self) {
            _ = try await store.head(ObjectReference(bucket: "in", key: "a.jpg"))
        }
    }

    @Test func `each failed entry of a batch tells whether its lease is lost`() async throws {
        let body = """
            {"Successful":[{"Id":"0"}],"Failed":[
            {"Id":"1","SenderFault":true,"Code":"ReceiptHandleIsInvalid"},
            {"Id":"2","SenderFault":false,"Code":"InternalError"},
            {"Id":"3","SenderFault":true,"Code":"MessageNotInflight"}]}
            """
        let transport = ScriptedTransport([.respond(200, [:], body)])
        let queue = try await session(transport).sqs(queueURL: Self.queue)
        let refusals = try await queue.delete(["a", "b", "c", "d"])
        #expect(refusals.map(\.index) == [1, 2, 3])
        #expect(refusals.map(\.isLoss) == [true, false, true])
    }

    @Test(arguments: [
        (403, "AccessDeniedException", WorkerError.Kind.accessDenied),
        (400, "QueueDoesNotExist", .queueMissing),
        (400, "RequestThrottled", .throttled), (500, "InternalFailure", .unavailable),
    ])
    func `the error of a failed receive call has the kind of its code`(
        status: Int, code: String, meaning: WorkerError.Kind
    ) async throws {
        let transport = ScriptedTransport([
            .respond(status, [:], #"{"__type":"com.amazonaws.sqs#\#(code)","message":"no"}"#)
        ])
        let queue = try await session(transport).sqs(queueURL: Self.queue)
        let error = await #expect(throws: AWSError.self) {
            _ = try await queue.receive(maxMessages: 1, wait: .zero, visibility: .seconds(30))
        }
        #expect(error.flatMap { WorkerError(ofQueue: $0) }?.kind == meaning)
    }

    @Test func `a cancelled call to the queue has no error`() async throws {
        let queue = try await session(ScriptedTransport([.fail(.cancelled)])).sqs(queueURL: Self.queue)
        let error = await #expect(throws: AWSError.self) { _ = try await queue.delete(["a"]) }
        #expect(error.map { WorkerError(ofQueue: $0) } == .some(nil))
        #expect(WorkerError(ofQueue: CancellationError()) == nil)
    }

    /// Errors of the quarantine must not cost a message a receive.
    @Test(arguments: [
        ("AccessDeniedException", WorkerError.Kind.outputDenied), ("QueueDoesNotExist", .queueMissing),
        ("RequestThrottled", .throttled), ("KmsDisabled", .encryption), ("InternalFailure", .unavailable),
    ])
    func `a failing quarantine opens the breaker`(code: String, meaning: WorkerError.Kind) async throws {
        let status = meaning == .unavailable ? 500 : 400
        let transport = ScriptedTransport([
            .respond(status, [:], #"{"__type":"com.amazonaws.sqs#\#(code)","message":"no"}"#)
        ])
        let quarantine = QueueQuarantine(
            try await session(transport).sqs(queueURL: Self.queue), queueURL: Self.queue + "-dead")
        let found = await kind { try await quarantine.store(Self.record("{}"), of: Self.message) }
        #expect(found == meaning && Policy()[meaning] == .openBreaker)
    }

    private static let message = Message(messageID: "m", receiptHandle: "h", body: "{}")

    private static func record(_ body: String, key: String = "a.jpg") -> QuarantineRecord {
        QuarantineRecord(
            body: body, messageID: "m", record: 0, key: key, error: "corrupt", errorCode: "", reason: "",
            receiveCount: 1, milliseconds: .init(wait: 0, get: 0, decode: 0, put: 0, total: 0), host: "",
            version: "")
    }

    @Test func `a truncated body ends with a whole character, and the record has its length`() throws {
        let body = String(repeating: "ü", count: 100)
        let cut = Self.record(body).truncated(toBodyBytes: 33)
        #expect(cut.body == String(repeating: "ü", count: 16) && cut.bodyBytes == 200)
        #expect(Self.record("ab").truncated(toBodyBytes: 33).body == "ab")
        // One grapheme cluster as long as the message.
        let cluster = "e" + String(repeating: "\u{301}", count: 500_000)
        #expect(Self.record(cluster).truncated(toBodyBytes: 16 << 10).body.utf8.count == (16 << 10) - 1)
        // SQS accepts neither of these two characters.
        let json = try Self.record("", key: "a\u{FFFE}\u{FFFF}.jpg").json()
        #expect(json.contains(#"a\ufffe\uffff.jpg"#))
    }

    @Test(arguments: AWSError.Kind.allCases)
    func `every error of a failing service opens the breaker`(kind: AWSError.Kind) {
        let isService: Set<AWSError.Kind> = [
            .server, .network, .timedOut, .throttled, .malformedResponse, .checksumMismatch,
            .conditionsUnsupported, .noCredentials, .expiredCredentials,
            .invalidCredentials, .clockSkew,
        ]
        for side in [WorkerError.Side.source, .output] where isService.contains(kind) {
            #expect(Policy()[WorkerError.Kind(kind, side: side)] == .openBreaker)
        }
        #expect(Policy()[WorkerError.Kind(.kms, side: .output)] == .openBreaker, "it concerns all outputs")
    }
}
