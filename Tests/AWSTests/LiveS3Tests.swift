// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import HTTP
import Testing

@Suite(.enabled(if: LiveServer.isConfigured, "needs a server: PIXELATOR_LIVE_S3 and the keys for it"))
struct LiveS3Tests {
    static let keys: [String] = [
        "plain.jpg", "my photos/a+b ü.jpg", "a/./b/../c.jpg", "double//slash.jpg", "trailing/", "%2F%25.jpg",
        "quote'\"`.jpg", "amp&eq=semi;colon:at@.jpg", "hash#question?.jpg", "brackets[]{}()<>.jpg",
        "star*bang!dollar$comma,.jpg", "pipe|back\\slash^tilde~.jpg", "日本語/ሴ.jpg", "emoji-🂡.jpg",
        "combining-e\u{301}.jpg", " leading and trailing ", "..", "~", "-_.~", "tab\there",
        "every-" + String(decoding: Array(UInt8(0x20)...UInt8(0x7E)), as: UTF8.self),
        "line\nfeed\rreturn", "null-free \u{1}\u{1F}\u{7F}", "right-to-left-\u{202E}gpj.exe", "\u{FEFF}bom",
    ]

    @Test(arguments: keys)
    func `an object is stored and read under every kind of key`(_ key: String) async throws {
        let s3 = try await LiveServer.session().s3()
        let object = LiveServer.object(key)
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

    @Test func `an object of five megabytes is stored and read`() async throws {
        let s3 = try await LiveServer.session().s3()
        let object = LiveServer.object("large")
        let bytes = (0..<5_000_000).map { UInt8(truncatingIfNeeded: $0 &* 2_654_435_761 >> 7) }
        _ = try await s3.put(bytes, to: object, options: PutOptions())
        #expect(try await s3.get(object, maximumBytes: bytes.count).bytes == bytes)
        let error = try await awsError { try await s3.get(object, maximumBytes: bytes.count - 1) }
        #expect(error.kind == .tooLarge)
    }

    @Test func `an empty object is stored and read`() async throws {
        let s3 = try await LiveServer.session().s3()
        let object = LiveServer.object("empty")
        _ = try await s3.put([], to: object, options: PutOptions())
        #expect(try await s3.get(object, maximumBytes: 10).bytes.isEmpty)
    }

    @Test func `missing objects and buckets have their kinds of error`() async throws {
        let s3 = try await LiveServer.session().s3()
        let object = LiveServer.object("missing")
        #expect(try await awsError { try await s3.get(object, maximumBytes: 10) }.kind == .noSuchKey)
        #expect(try await awsError { try await s3.head(object) }.kind == .noSuchKey)
        _ = try await s3.put([1, 2, 3], to: object, options: PutOptions())
        let elsewhere = ObjectReference(
            bucket: "no-such-bucket-\(UInt32.random(in: 0...UInt32.max))", key: "a")
        let bucket = try await awsError { try await s3.get(elsewhere, maximumBytes: 10) }
        #expect([.noSuchBucket, .accessDenied].contains(bucket.kind))
    }

    @Test func `the error of a wrong secret has operation, code and request id`() async throws {
        let s3 = try await LiveServer.session(secret: "wrong").s3()
        let error = try await awsError { try await s3.get(LiveServer.object("a"), maximumBytes: 10) }
        #expect(error.kind == .invalidCredentials)
        #expect(error.code == "SignatureDoesNotMatch")
        #expect(error.requestID?.isEmpty == false)
        #expect(error.description.contains("GetObject"))
    }

    @Test func `the second attempt succeeds when the clock is 20 minutes off`() async throws {
        for minutes in [-20.0, 20.0] {
            let s3 = try await LiveServer.session(clock: OffsetClock(offset: minutes * 60)).s3()
            let object = LiveServer.object("skew")
            _ = try await s3.put([1], to: object, options: PutOptions())
            #expect(try await s3.head(object).size == 1)
        }
    }

    @Test func `the server's region is found when the configured one is wrong`() async throws {
        let s3 = try await LiveServer.session { $0.region = "ap-northeast-3" }.s3()
        let object = LiveServer.object("region")
        _ = try await s3.put([1], to: object, options: PutOptions())
        #expect(try await s3.get(object, maximumBytes: 1).bytes == [1])
    }

    @Test(.disabled(if: LiveServer.lacks.contains("conditions"), "the server knows no conditional writes"))
    func `If-None-Match keeps an existing object`() async throws {
        let s3 = try await LiveServer.session().s3()
        let object = LiveServer.object("once")
        var options = PutOptions()
        options.ifNoneMatch = true
        _ = try await s3.put([1], to: object, options: options)
        let error = try await awsError { try await s3.put([2], to: object, options: options) }
        #expect(error.kind == .preconditionFailed)
    }

    @Test(.disabled(if: LiveServer.lacks.contains("tags"), "the server knows no tags"))
    func `all options of an upload are accepted`() async throws {
        let s3 = try await LiveServer.session().s3()
        var options = PutOptions(contentType: "image/jpeg")
        options.cacheControl = "max-age=60"
        options.acl = .privateToOwner
        options.tags = ["made by": "pixelated", "k+": "v/ü"]
        options.metadata = ["engine": "1.0 beta", "key": "ü"]
        let object = LiveServer.object("options")
        _ = try await s3.put([1], to: object, options: options)
        #expect(try await s3.head(object).metadata == ["engine": "1.0 beta", "key": "ü"])
        #expect(try await s3.tags(of: object) == options.tags)
    }
}
