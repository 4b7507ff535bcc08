// SPDX-License-Identifier: Apache-2.0

import AWS
import Digests
import HTTP
import Scripted
import Support
import Testing

/// The proof that an upload is stored, and the errors of stores without conditional uploads or host names of buckets,
/// over real sockets.
@Suite(.timeLimit(.minutes(1)))
struct S3ClientUploadTests {
    private static let bytes: [UInt8] = [1, 2, 3]
    private static let kms: Headers = [
        "ETag": "\"5289df737df57326fcdd22597afb1fac\"", "x-amz-server-side-encryption": "aws:kms",
    ]

    private func put(_ s3: S3Client, _ change: (inout PutOptions) -> Void = { _ in }) async throws {
        var options = PutOptions()
        change(&options)
        _ = try await s3.put(Self.bytes, to: .picture, options: options)
    }

    @Test(arguments: [
        ["ETag": "\"5289df737df57326fcdd22597afb1fac\""],
        ["ETag": "\"a\"", "x-amz-checksum-crc32c": "8TDx/w=="],
    ])
    func `an upload whose answer has the digest of the bytes is stored`(_ fields: [String: String])
        async throws
    {
        var headers: Headers = [:]
        for (name, value) in fields { headers[name] = value }
        if headers["x-amz-checksum-crc32c"] != nil {
            let sum = CRC.crc32c(Self.bytes)
            headers["x-amz-checksum-crc32c"] = Self.base64(sum)
        }
        let server = try HandlerServer { [headers] _ in .init(headers: headers) }
        try await put(SocketFaultTests.s3(server.base))
        #expect(server.received.map(\.method) == ["PUT"])
    }

    private static func base64(_ sum: UInt32) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/")
        let bits = UInt64(sum) << 4
        return String((0..<6).map { alphabet[Int(bits >> (30 - 6 * $0)) & 63] }) + "=="
    }

    @Test(arguments: S3ClientProofTests.foreign)
    func `an upload that the store did not answer is repeated`(_ answer: S3ClientProofTests.ForeignAnswer)
        async throws
    {
        let isFirst = Locked(true)
        let server = try HandlerServer { _ in
            let first = isFirst.withLock { isFirst in
                defer { isFirst = false }
                return isFirst
            }
            return first
                ? .init(status: answer.status, headers: answer.headers, body: answer.body)
                : .init(headers: ["ETag": "\"5289df737df57326fcdd22597afb1fac\""])
        }
        try await put(SocketFaultTests.s3(server.base))
        #expect(server.received.count == 2)
    }

    /// The answer to the HEAD request after an upload whose own answer proves nothing.
    @Test(arguments: [
        (200, ["ETag": "\"5289df737df57326fcdd22597afb1fac\"", "Content-Length": "3"], nil),
        (200, ["ETag": "\"other\"", "Content-Length": "3"], AWSError.Kind.preconditionFailed),
        (200, ["ETag": "\"5289df737df57326fcdd22597afb1fac\"", "Content-Length": "7"], .malformedResponse),
        (404, ["x-amz-request-id": "R"], .malformedResponse), (403, ["x-amz-request-id": "R"], nil),
    ])
    func `an upload whose answer proves nothing is verified by HEAD`(
        _ status: Int, _ fields: [String: String], _ kind: AWSError.Kind?
    ) async throws {
        let server = try LoopbackServer { peer in
            while true {
                let request = try peer.readRequest()
                guard request.method == "HEAD" else {
                    try peer.respond(200, headers: Self.kms)
                    continue
                }
                let lines = fields.map { "\($0.key): \($0.value)\r\n" }.joined()
                try peer.send("HTTP/1.1 \(status) Scripted\r\n\(lines)\r\n")
            }
        }
        let s3 = try await SocketFaultTests.s3(SocketFaultTests.base(server))
        if let kind {
            #expect(try await awsError { try await put(s3) }.kind == kind)
        } else {
            try await put(s3)
        }
        #expect(server.received.map(\.method) == ["PUT", "HEAD"])
    }

    @Test func `an upload whose stored bytes have another MD5 is repeated`() async throws {
        let harness = try await AWSHarness([
            .respond(200, ["ETag": "\"00000000000000000000000000000000\""]),
            .respond(200, ["ETag": "\"5289df737df57326fcdd22597afb1fac\""]),
        ])
        _ = try await harness.s3.put(Self.bytes, to: .picture, options: PutOptions())
        harness.expectPlayed()
    }

    // MARK: Stores without conditions

    @Test(arguments: [
        (501, "NotImplemented"), (501, ""), (400, "InvalidArgument"), (400, "InvalidRequest"),
        (400, "NotImplemented"), (400, "UnsupportedHeader"), (405, "OperationNotSupported"), (405, ""),
    ])
    func `a store that refuses a condition is named with the setting`(_ status: Int, _ code: String)
        async throws
    {
        let server = try HandlerServer { request in
            let isConditional = request.headers["If-Match"] != nil || request.headers["If-None-Match"] != nil
            guard isConditional else {
                return .init(headers: ["ETag": "\"5289df737df57326fcdd22597afb1fac\""])
            }
            return .error(status, code.isEmpty ? "" : "<Error><Code>\(code)</Code></Error>")
        }
        let s3 = try await SocketFaultTests.s3(server.base)
        let conditions: [(inout PutOptions) -> Void] = [{ $0.ifNoneMatch = true }, { $0.ifMatch = "old" }]
        for change in conditions {
            let error = try await awsError { try await put(s3, change) }
            #expect(error.kind == .conditionsUnsupported)
            #expect(error.description.contains("output.conditionalWrites"))
        }
        let error = try await awsError { try await s3.checkConditions(on: .picture) }
        #expect(error.kind == .conditionsUnsupported)
        try await put(s3)
    }

    @Test(arguments: [
        (404, "NoSuchKey", nil), (412, "PreconditionFailed", nil), (400, "BadDigest", nil),
        (400, "InvalidDigest", nil), (403, "AccessDenied", AWSError.Kind.accessDenied),
        (404, "NoSuchBucket", .noSuchBucket), (200, "", .conditionsUnsupported),
    ])
    func `the check of conditions sends a request that can store nothing`(
        _ status: Int, _ code: String, _ kind: AWSError.Kind?
    ) async throws {
        let server = try HandlerServer { _ in
            status == 200
                ? .init(headers: ["ETag": "\"d41d8cd98f00b204e9800998ecf8427e\""])
                : .error(status, "<Error><Code>\(code)</Code></Error>")
        }
        let s3 = try await SocketFaultTests.s3(server.base)
        if let kind {
            #expect(try await awsError { try await s3.checkConditions(on: .picture) }.kind == kind)
        } else {
            try await s3.checkConditions(on: .picture)
        }
        let request = try #require(server.received.first)
        #expect(request.method == "PUT" && request.body.isEmpty)
        #expect(request.headers["If-Match"] == "\"00000000000000000000000000000000\"")
        // The MD5 of no bytes is d41d8cd9...
        #expect(request.headers["Content-MD5"] == "AAAAAAAAAAAAAAAAAAAAAA==")
    }

    // MARK: Host names

    @Test func `a host name with the bucket that cannot be resolved is named with the setting`() async throws
    {
        var options = AWSOptions()
        options.endpoints.s3 = "http://store:9000"
        let harness = try await AWSHarness(
            [.fail(.unresolvable, phase: .connecting), .fail(.unresolvable), .fail(.unresolvable)],
            options: options)
        let error = try await awsError { try await harness.s3.get(.picture, maximumBytes: 10) }
        #expect(error.kind == .network)
        for part in ["pictures.store", "aws.endpoints.pathStyle"] {
            #expect(error.description.contains(part))
        }
    }

    /// The store ignores the host name and takes `a` of the key `a/b.jpg` for the bucket.
    @Test func `a store that finds another bucket is named with the setting until it has answered`()
        async throws
    {
        var options = AWSOptions()
        options.endpoints.s3 = "http://store.example"
        let missing = ScriptedTransport.Step.respond(404, [:], "<Error><Code>NoSuchBucket</Code></Error>")
        let harness = try await AWSHarness(
            [missing, .respond(200, ["ETag": "\"a\""]), missing], options: options)
        let s3 = harness.s3
        let first = try await awsError { try await s3.get(.picture, maximumBytes: 10) }
        #expect(first.description.contains("pictures.store.example"))
        #expect(first.description.contains("aws.endpoints.pathStyle"))
        _ = try await s3.head(.picture)
        let second = try await awsError { try await s3.get(.picture, maximumBytes: 10) }
        #expect(!second.description.contains("pathStyle"))
    }

    @Test(arguments: [nil, "http://127.0.0.1:9000", "http://localhost:9000", "http://[::1]:9000"])
    func `requests without the bucket in a custom host name have no advice`(_ endpoint: String?) async throws
    {
        var options = AWSOptions()
        options.endpoints.s3 = endpoint
        let harness = try await AWSHarness(
            [.respond(404, [:], "<Error><Code>NoSuchBucket</Code></Error>")], options: options)
        let error = try await awsError { try await harness.s3.get(.picture, maximumBytes: 10) }
        #expect(!error.description.contains("pathStyle"))
    }
}
