// SPDX-License-Identifier: Apache-2.0

import AWS
import HTTP
import Scripted
import Support
import Testing

struct PutOptionsTests {
    @Test func `every option is sent as its header`() async throws {
        let harness = try await AWSHarness([.respond(200, ["ETag": "\"55a54008ad1ba589aa210d2629c1df41\""])])
        var options = PutOptions(contentType: "image/jpeg")
        options.cacheControl = "max-age=31536000, immutable"
        options.storageClass = "STANDARD_IA"
        options.serverSideEncryption = .kms
        options.kmsKeyID = "alias/pictures"
        options.bucketKey = true
        options.acl = .bucketOwnerFullControl
        options.tags = ["made by": "pixelated", "a&b": "c=d+ü"]
        options.metadata = ["Source-ETag": "\"abc\"", "source-key": "ü.jpg"]
        options.ifMatch = "old"
        #expect(options.problems().isEmpty)
        _ = try await harness.s3.put([1], to: .picture, options: options)
        let headers = try #require(harness.transport.requests.first).headers
        for (name, value) in [
            "Content-Type": "image/jpeg", "Cache-Control": "max-age=31536000, immutable",
            "x-amz-storage-class": "STANDARD_IA", "x-amz-server-side-encryption": "aws:kms",
            "x-amz-server-side-encryption-aws-kms-key-id": "alias/pictures",
            "x-amz-server-side-encryption-bucket-key-enabled": "true",
            "x-amz-acl": "bucket-owner-full-control",
            "x-amz-tagging": "a%26b=c%3Dd%2B%C3%BC&made%20by=pixelated",
            "x-amz-meta-source-etag": "\"abc\"", "x-amz-meta-source-key": "=?UTF-8?B?w7wuanBn?=",
            "If-Match": "\"old\"",
        ] {
            #expect(headers[name] == value, "\(name)")
        }
        #expect(headers["If-None-Match"] == nil)
    }

    @Test func `options that are not set are not sent`() async throws {
        let harness = try await AWSHarness([.respond(200, ["ETag": "\"55a54008ad1ba589aa210d2629c1df41\""])])
        _ = try await harness.s3.put([1], to: .picture, options: PutOptions())
        let names = try #require(harness.transport.requests.first).headers.fields.map { $0.name.lowercased() }
        #expect(
            names.sorted() == [
                "amz-sdk-invocation-id", "amz-sdk-request", "authorization", "content-type", "user-agent",
                "x-amz-checksum-crc32c", "x-amz-content-sha256", "x-amz-date", "x-amz-sdk-checksum-algorithm",
            ])
    }

    @Test(arguments: [(412, "PreconditionFailed"), (409, "ConditionalRequestConflict")])
    func `a failed If-None-Match is an error without a retry`(
        _ status: Int, _ code: String
    ) async throws {
        let harness = try await AWSHarness([.respond(status, [:], "<Error><Code>\(code)</Code></Error>")])
        var options = PutOptions()
        options.ifNoneMatch = true
        let error = try await awsError { try await harness.s3.put([1], to: .picture, options: options) }
        #expect(error.kind == .preconditionFailed)
        #expect(harness.transport.requests.first?.headers["If-None-Match"] == "*")
        harness.expectPlayed()
    }

    @Test func `encoded words in metadata are decoded`() async throws {
        let harness = try await AWSHarness([
            .respond(
                200,
                ["ETag": "\"a\"", "x-amz-meta-a": "=?UTF-8?B?w7wuanBn?=", "x-amz-meta-b": "=?UTF-8?B?***?="])
        ])
        #expect(
            try await harness.s3.head(.picture).metadata == ["a": "ü.jpg", "b": "=?UTF-8?B?***?="])
    }

    @Test func `a part of the metadata limit is reserved for the stamp`() {
        var options = PutOptions()
        options.metadata = ["note": String(repeating: "x", count: 620)]
        #expect(options.problems().isEmpty)
        options.metadata = ["notes": String(repeating: "x", count: 620)]
        #expect(
            options.problems().map(\.expected) == [
                "at most 624 bytes in all: 1424 of S3's 2048 are reserved for the stamp"
            ])
        #expect(options.problems().map(\.got) == ["625"])
    }

    @Test func `all invalid options are reported`() {
        var options = PutOptions(contentType: "")
        options.cacheControl = "a\nb"
        options.kmsKeyID = "k"
        options.bucketKey = true
        options.tags = Dictionary(uniqueKeysWithValues: (0..<11).map { ("tag\($0)", "") })
        options.metadata = ["a b": "", "long": String(repeating: "x", count: 2048)]
        #expect(
            options.problems().map(\.field) == [
                "contentType", "cacheControl", "kmsKeyID", "bucketKey", "tags", "metadata", "metadata",
            ])
    }
}
