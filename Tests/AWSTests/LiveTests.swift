// SPDX-License-Identifier: Apache-2.0

import AWS
import Curl
import Foundation
import HTTP
import Logging
import Testing

/// Against a real server that verifies signatures. The environment says where it is:
/// `PIXELATOR_LIVE_S3` its URL, `PIXELATOR_LIVE_BUCKET` an existing bucket, `PIXELATOR_LIVE_QUEUE` (optional)
/// the URL of an existing queue, and `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_REGION` as usual.
/// `PIXELATOR_LIVE_WITHOUT` lists what the server cannot do: `conditions`, `tags`.
enum Live {
    static let environment = ProcessInfo.processInfo.environment
    static let endpoint = environment["PIXELATOR_LIVE_S3"]
    static let bucket = environment["PIXELATOR_LIVE_BUCKET"] ?? ""
    static let queue = environment["PIXELATOR_LIVE_QUEUE"]
    static let lacks = Set(
        (environment["PIXELATOR_LIVE_WITHOUT"] ?? "").split(separator: ",").map(String.init))
    static let isThere = endpoint != nil && environment["AWS_ACCESS_KEY_ID"] != nil

    static func session(
        secret: String? = nil, clock: any AWSClock = SystemAWSClock(),
        _ change: (inout AWSOptions) -> Void = { _ in }
    ) async throws -> AWSSession {
        var environment = environment
        if let secret { environment["AWS_SECRET_ACCESS_KEY"] = secret }
        var options = AWSOptions()
        options.endpoints.s3 = endpoint
        options.endpoints.pathStyle = true
        change(&options)
        let host = HostEnvironment(environment: environment, homeDirectory: nil, clock: clock)
        return try await AWSSession(
            options, queueURL: queue, transport: try CurlTransport(), host: host,
            logger: Logger(label: "live"))
    }

    static func object(_ name: String) -> ObjectReference {
        ObjectReference(bucket: bucket, key: "live-\(UInt64.random(in: 0...UInt64.max))/\(name)")
    }
}

@Suite(.enabled(if: Live.isThere, "needs a server: PIXELATOR_LIVE_S3 and the keys for it"))
struct `S3 on a live server` {
    static let keys: [String] = [
        "plain.jpg", "my photos/a+b ü.jpg", "a/./b/../c.jpg", "double//slash.jpg", "trailing/", "%2F%25.jpg",
        "quote'\"`.jpg", "amp&eq=semi;colon:at@.jpg", "hash#question?.jpg", "brackets[]{}()<>.jpg",
        "star*bang!dollar$comma,.jpg", "pipe|back\\slash^tilde~.jpg", "日本語/ሴ.jpg", "emoji-🂡.jpg",
        "combining-e\u{301}.jpg", " leading and trailing ", "..", "~", "-_.~", "tab\there",
        "every-" + String(decoding: Array(UInt8(0x20)...UInt8(0x7E)), as: UTF8.self),
        "line\nfeed\rreturn", "null-free \u{1}\u{1F}\u{7F}", "right-to-left-\u{202E}gpj.exe", "\u{FEFF}bom",
    ]

    @Test(arguments: keys)
    func `an object is stored, described and read under every key`(_ key: String) async throws {
        let s3 = try await Live.session().s3()
        let object = Live.object(key)
        let bytes = Array("the bytes of \(key)".utf8)
        var options = PutOptions(contentType: "image/jpeg")
        options.metadata = ["source-etag": "\"abc\"", "twice  spaced": ""].filter { !$0.key.contains(" ") }
        let receipt = try await s3.put(bytes, to: object, options: options)
        let head = try await s3.head(object)
        #expect(head.eTag == receipt.eTag)
        #expect(head.size == bytes.count)
        #expect(head.contentType == "image/jpeg")
        #expect(head.metadata["source-etag"] == "\"abc\"")
        let read = try await s3.get(object, maximumBytes: 1000)
        #expect(read.bytes == bytes)
    }

    @Test func `five megabytes come back as they went`() async throws {
        let s3 = try await Live.session().s3()
        let object = Live.object("large")
        let bytes = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
        _ = try await s3.put(bytes, to: object, options: PutOptions())
        #expect(try await s3.get(object, maximumBytes: bytes.count).bytes == bytes)
        let error = try await awsError { try await s3.get(object, maximumBytes: bytes.count - 1) }
        #expect(error.kind == .tooLarge)
    }

    @Test func `an empty object is stored and read`() async throws {
        let s3 = try await Live.session().s3()
        let object = Live.object("empty")
        _ = try await s3.put([], to: object, options: PutOptions())
        #expect(try await s3.get(object, maximumBytes: 10).bytes.isEmpty)
    }

    @Test func `what is missing, changed or forbidden has its kind`() async throws {
        let s3 = try await Live.session().s3()
        let object = Live.object("missing")
        #expect(try await awsError { try await s3.get(object, maximumBytes: 10) }.kind == .noSuchKey)
        #expect(try await awsError { try await s3.head(object) }.kind == .noSuchKey)
        _ = try await s3.put([1, 2, 3], to: object, options: PutOptions())
        let elsewhere = ObjectReference(
            bucket: "no-such-bucket-\(UInt32.random(in: 0...UInt32.max))", key: "a")
        let bucket = try await awsError { try await s3.get(elsewhere, maximumBytes: 10) }
        #expect([.noSuchBucket, .accessDenied].contains(bucket.kind))
    }

    @Test func `a wrong secret is named by operation, code and request id`() async throws {
        let s3 = try await Live.session(secret: "wrong").s3()
        let error = try await awsError { try await s3.get(Live.object("a"), maximumBytes: 10) }
        #expect(error.kind == .invalidCredentials)
        #expect(error.code == "SignatureDoesNotMatch")
        #expect(error.requestID?.isEmpty == false)
        #expect(error.description.contains("GetObject"))
    }

    @Test func `with a clock 20 minutes off the second attempt succeeds`() async throws {
        for minutes in [-20.0, 20.0] {
            let s3 = try await Live.session(clock: WrongClock(offset: minutes * 60)).s3()
            let object = Live.object("skew")
            _ = try await s3.put([1], to: object, options: PutOptions())
            #expect(try await s3.head(object).size == 1)
        }
    }

    @Test func `with a wrong region in the configuration the server's is found`() async throws {
        let s3 = try await Live.session { $0.region = "ap-northeast-3" }.s3()
        let object = Live.object("region")
        _ = try await s3.put([1], to: object, options: PutOptions())
        #expect(try await s3.get(object, maximumBytes: 1).bytes == [1])
    }

    @Test(.disabled(if: Live.lacks.contains("conditions"), "the server knows no conditional writes"))
    func `storing only where there is nothing is kept`() async throws {
        let s3 = try await Live.session().s3()
        let object = Live.object("once")
        var options = PutOptions()
        options.ifNoneMatch = true
        _ = try await s3.put([1], to: object, options: options)
        let error = try await awsError { try await s3.put([2], to: object, options: options) }
        #expect(error.kind == .preconditionFailed)
    }

    @Test(.disabled(if: Live.lacks.contains("tags"), "the server knows no tags"))
    func `all options of an upload are accepted`() async throws {
        let s3 = try await Live.session().s3()
        var options = PutOptions(contentType: "image/jpeg")
        options.cacheControl = "max-age=60"
        options.acl = .privateToOwner
        options.tags = ["made by": "pixelated", "k+": "v/ü"]
        options.metadata = ["engine": "1.0 beta", "key": "ü"]
        let object = Live.object("options")
        _ = try await s3.put([1], to: object, options: options)
        #expect(try await s3.head(object).metadata == ["engine": "1.0 beta", "key": "ü"])
        #expect(try await s3.tags(of: object) == options.tags)
    }
}

@Suite(
    .enabled(if: Live.isThere && Live.queue != nil, "needs PIXELATOR_LIVE_S3 and PIXELATOR_LIVE_QUEUE"),
    .serialized)
struct `SQS on a live server` {
    @Test func `a message is sent, received, hidden, shown and deleted`() async throws {
        let sqs = try await Live.session().sqs(queueURL: try #require(Live.queue))
        let body = "{\"text\": \"ü \u{1F0A1} \\n \(UInt64.random(in: 0...UInt64.max))\"}"
        let id = try await sqs.send(body)
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
        let hidden = [VisibilityChange(receiptHandle: message.receiptHandle, timeout: .seconds(60))]
        #expect(try await sqs.changeVisibility(hidden).isEmpty)
        let shown = [VisibilityChange(receiptHandle: message.receiptHandle, timeout: .zero)]
        #expect(try await sqs.changeVisibility(shown).isEmpty)
        let again = try await sqs.receive(maxMessages: 10, wait: .seconds(2), visibility: .seconds(30))
        let second = try #require(again.first { $0.messageID == id })
        #expect(second.receiveCount == 2)
        let failures = try await sqs.delete([second.receiptHandle, "never-issued"])
        #expect(failures.map(\.index) == [1])
        #expect(failures.first?.kind == .receiptHandleInvalid)
    }

    @Test func `a wrong secret and a missing queue have their kinds`() async throws {
        let queue = try #require(Live.queue)
        let wrong = try await Live.session(secret: "wrong").sqs(queueURL: queue)
        let error = try await awsError { try await wrong.attributes() }
        #expect(error.kind == .invalidCredentials)
        #expect(error.description.contains("GetQueueAttributes"))
        #expect(error.description.contains("request id"))
        let missing = try await Live.session().sqs(queueURL: queue + "-missing")
        #expect(
            try await awsError {
                try await missing.receive(maxMessages: 1, wait: .zero, visibility: .seconds(1))
            }.kind == .queueMissing)
    }
}

/// The system's clocks, with the wall clock off by some seconds.
struct WrongClock: AWSClock {
    var offset: Double
    private let system = SystemAWSClock()

    init(offset: Double) { self.offset = offset }

    func now() -> Double { system.now() + offset }
    func uptime() -> Duration { system.uptime() }
    func sleep(for duration: Duration) async throws(CancellationError) {
        try await system.sleep(for: duration)
    }
}
