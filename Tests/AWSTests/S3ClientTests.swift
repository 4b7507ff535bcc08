// SPDX-License-Identifier: Apache-2.0

import AWS
import HTTP
import Scripted
import Testing

struct S3ClientTests {
    @Test func `a GET sends version id and checksum mode, and returns bytes and head`() async throws {
        let harness = try await AWSHarness([
            .respond(
                200,
                [
                    "ETag": "\"abc\"", "Content-Length": "9", "x-amz-version-id": "v1",
                    "Content-Type": "image/jpeg", "x-amz-meta-Note": "hello", "x-amz-request-id": "R1",
                    "x-amz-checksum-crc32c": "4waSgw==",
                ], "123456789")
        ])
        let object = try await harness.s3.get(
            ObjectReference(bucket: "pictures", key: "my photos/a+b ü.jpg", versionID: "v/1"),
            maximumBytes: 9)
        #expect(object.bytes == Array("123456789".utf8))
        #expect(object.head.eTag == "\"abc\"")
        #expect(object.head.versionID == "v1")
        #expect(object.head.contentType == "image/jpeg")
        #expect(object.head.metadata == ["note": "hello"])
        #expect(object.head.requestID == "R1")
        let request = try #require(harness.transport.requests.first)
        #expect(
            request.url.rendered
                == "https://pictures.s3.eu-west-1.amazonaws.com/my%20photos/a%2Bb%20%C3%BC.jpg?versionId=v%2F1"
        )
        #expect(request.headers["x-amz-checksum-mode"] == "ENABLED")
        #expect(request.headers["amz-sdk-request"] == "attempt=1; max=3")
        harness.expectPlayed()
    }

    @Test(arguments: [
        ("crc32", "y/Q5Jg=="), ("crc32c", "4waSgw=="), ("crc64nvme", "rosUhgp5mIg="),
        ("sha1", "98O8HYCOBHMq32eZZczDTKeuNEE="), ("sha256", "FeKw08M4keuw8e9gnsQZQgwg4yDOlMZfvIwzEkSOsiU="),
    ])
    func `a body with a wrong checksum is read again, and is an error after the last attempt`(
        _ algorithm: String, _ right: String
    ) async throws {
        let name = "x-amz-checksum-\(algorithm)"
        let good = ScriptedTransport.Step.respond(200, ["ETag": "\"a\"", name: right], "123456789")
        let bad = ScriptedTransport.Step.respond(200, ["ETag": "\"a\"", name: right], "123456780")
        let harness = try await AWSHarness([bad, good])
        #expect(try await harness.s3.get(.picture, maximumBytes: 100).bytes == Array("123456789".utf8))
        harness.expectPlayed()
        #expect(harness.transport.requests.last?.routing.freshConnection == true)
        let failing = try await AWSHarness([bad, bad, bad])
        let error = try await awsError { try await failing.s3.get(.picture, maximumBytes: 100) }
        #expect(error.kind == .checksumMismatch)
        #expect(error.attempts == 3)
        failing.expectPlayed()
    }

    @Test func `a composite checksum is not compared`() async throws {
        let harness = try await AWSHarness([
            .respond(200, ["ETag": "\"a\"", "x-amz-checksum-crc32c": "AAAAAA==-2"], "123456789"),
            .respond(
                200,
                ["ETag": "\"a\"", "x-amz-checksum-crc32c": "AAAAAA==", "x-amz-checksum-type": "COMPOSITE"],
                "123456789"),
        ])
        _ = try await harness.s3.get(.picture, maximumBytes: 100)
        _ = try await harness.s3.get(.picture, maximumBytes: 100)
        harness.expectPlayed()
    }

    @Test func `a body shorter than its Content-Length is an error`() async throws {
        let short = ScriptedTransport.Step.respond(
            200, ["ETag": "\"a\"", "Content-Length": "10"], "123456789")
        let harness = try await AWSHarness([short, short, short])
        let error = try await awsError { try await harness.s3.get(.picture, maximumBytes: 100) }
        #expect(error.kind == .malformedResponse)
    }

    @Test func `an object larger than the limit is an error without a retry`() async throws {
        let harness = try await AWSHarness([.respond(200, ["ETag": "\"a\""], "123456789")])
        let error = try await awsError { try await harness.s3.get(.picture, maximumBytes: 8) }
        #expect(error.kind == .tooLarge)
        let cut = try await AWSHarness([.fail(.tooLarge)])
        #expect(try await awsError { try await cut.s3.get(.picture, maximumBytes: 8) }.kind == .tooLarge)
        cut.expectPlayed()
    }

    @Test(arguments: [
        (404, "NoSuchKey", AWSError.Kind.noSuchKey), (404, "NoSuchVersion", .noSuchKey),
        (404, "NoSuchBucket", .noSuchBucket), (403, "AccessDenied", .accessDenied),
        (403, "InvalidObjectState", .archived), (412, "PreconditionFailed", .preconditionFailed),
        (403, "SignatureDoesNotMatch", .invalidCredentials), (403, "InvalidAccessKeyId", .invalidCredentials),
        (400, "KMS.DisabledException", .kms), (418, "SomethingNew", .other),
        (403, "SomethingNew", .accessDenied),
    ])
    func `an error of S3 has a kind, a code and a request id, and is not retried`(
        _ status: Int, _ code: String, _ kind: AWSError.Kind
    ) async throws {
        let body = "<?xml version=\"1.0\"?>\n<Error><Code>\(code)</Code><Message>Because.</Message></Error>"
        let harness = try await AWSHarness([.respond(status, ["x-amz-request-id": "R7"], body)])
        let error = try await awsError { try await harness.s3.get(.picture, maximumBytes: 8) }
        #expect(error.kind == kind)
        #expect(error.code == code)
        #expect(error.status == status)
        #expect(error.requestID == "R7")
        for part in ["GetObject", "s3://pictures/a/b.jpg", code, "R7", "Because."] {
            #expect(error.description.contains(part))
        }
        harness.expectPlayed()
    }

    @Test func `a PUT sends CRC-32C and content type, and returns the ETag`() async throws {
        let harness = try await AWSHarness([
            .respond(
                200, ["ETag": "\"25f9e794323b453885f5181f1b624d0b\"", "x-amz-version-id": "null"])
        ])
        let receipt = try await harness.s3.put(
            Array("123456789".utf8), to: .picture, options: PutOptions(contentType: "image/jpeg"))
        #expect(receipt.eTag == "\"25f9e794323b453885f5181f1b624d0b\"")
        #expect(receipt.versionID == nil)
        let request = try #require(harness.transport.requests.first)
        #expect(request.method == .put)
        #expect(request.headers["x-amz-checksum-crc32c"] == "4waSgw==")
        #expect(request.headers["Content-Type"] == "image/jpeg")
        #expect(
            request.headers["X-Amz-Content-Sha256"]?.hasPrefix("15e2b0d3c33891ebb0f1ef609ec41942") == true)
    }

    @Test func `a response to a PUT without an ETag is malformed`() async throws {
        let harness = try await AWSHarness([.respond(200), .respond(200), .respond(200)])
        let error = try await awsError { try await harness.s3.put([1], to: .picture, options: PutOptions()) }
        #expect(error.kind == .malformedResponse)
    }

    @Test func `the tags of an object are read and unescaped`() async throws {
        let harness = try await AWSHarness([
            .respond(
                200, [:],
                "<?xml version=\"1.0\"?><Tagging xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><TagSet>"
                    + "<Tag><Key>a&amp;b</Key><Value> ü </Value></Tag><Tag><Key>c</Key><Value/></Tag>"
                    + "</TagSet></Tagging>"),
            .respond(200, [:], "<Tagging/>"), .respond(200, [:], "<html/>"), .respond(206, [:], "<Tagging/>"),
        ])
        #expect(try await harness.s3.tags(of: .picture) == ["a&b": " ü ", "c": ""])
        #expect(harness.transport.requests.first?.url.rendered.hasSuffix("/a/b.jpg?tagging=") == true)
        #expect(try await awsError { try await harness.s3.tags(of: .picture) }.kind == .malformedResponse)
    }

    @Test func `the status of a HEAD decides about the kind of error`() async throws {
        let harness = try await AWSHarness([
            .respond(404), .respond(403), .respond(200, ["Content-Length": "12345", "ETag": "\"a\""]),
        ])
        #expect(try await awsError { try await harness.s3.head(.picture) }.kind == .noSuchKey)
        #expect(try await awsError { try await harness.s3.head(.picture) }.kind == .accessDenied)
        #expect(try await harness.s3.head(.picture).size == 12345)
    }

    @Test func `control characters in a key are replaced in texts`() {
        let object = ObjectReference(bucket: "b", key: "a\n\u{1B}[31mb ü", versionID: "1\r2")
        #expect("\(object)" == "s3://b/a??[31mb ü?versionId=1?2")
    }
}
