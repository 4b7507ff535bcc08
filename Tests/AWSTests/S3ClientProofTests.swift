// SPDX-License-Identifier: Apache-2.0

import AWS
import Curl
import Digests
import HTTP
import Scripted
import Support
import Testing

/// The recognition of responses that are not those of the store, or that do not fit the object, over real sockets.
@Suite(.timeLimit(.minutes(1)))
struct S3ClientProofTests {
    /// The answer of something in front of the store.
    struct ForeignAnswer: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var status = 200
        var headers: Headers = [:]
        var body = "<!doctype html><title>Maintenance</title>"
    }

    private static let html: Headers = ["Content-Type": "text/html"]
    private static let picture = "the picture"
    private static let genuine = HandlerServer.Reply(
        headers: ["ETag": "\"a\"", "x-amz-request-id": "R1"], body: picture)

    /// Answers to any request for an object.
    static let foreign: [ForeignAnswer] = [
        ForeignAnswer(testDescription: "page with 200", headers: html),
        ForeignAnswer(testDescription: "empty body with 200", body: ""),
        ForeignAnswer(
            testDescription: "error document with 200", headers: ["Content-Type": "application/xml"],
            body: "<Error><Code>InternalError</Code></Error>"),
        ForeignAnswer(
            testDescription: "203 of a transforming proxy", status: 203, headers: ["ETag": "\"a\""]),
        ForeignAnswer(testDescription: "206 without a range", status: 206, headers: ["ETag": "\"a\""]),
        ForeignAnswer(testDescription: "202", status: 202, headers: ["ETag": "\"a\""]),
        ForeignAnswer(testDescription: "page with 404", status: 404, headers: html),
        ForeignAnswer(testDescription: "page with 403", status: 403, headers: html),
        ForeignAnswer(testDescription: "page with 400", status: 400, headers: html),
        ForeignAnswer(testDescription: "page with 412", status: 412, headers: html),
        ForeignAnswer(testDescription: "page with 407", status: 407, headers: html),
        ForeignAnswer(
            testDescription: "redirect to a sign-in page", status: 302, headers: ["Location": "/login"]),
        ForeignAnswer(
            testDescription: "JSON with 404", status: 404, headers: ["Content-Type": "application/json"],
            body: #"{"error":"no route"}"#),
    ]

    /// Returns a server whose first answers to `method` are `foreign`, one for each of `times` requests.
    private func server(
        _ method: String, _ foreign: ForeignAnswer, times: Int, _ genuine: HandlerServer.Reply = genuine
    ) throws -> HandlerServer {
        let rest = Locked(times)
        return try HandlerServer { request in
            let isForeign = rest.withLock { rest in
                guard request.method == method, rest > 0 else { return false }
                rest -= 1
                return true
            }
            return isForeign
                ? .init(status: foreign.status, headers: foreign.headers, body: foreign.body) : genuine
        }
    }

    @Test(arguments: foreign)
    func `an answer to a GET that is not that of the store is read again`(_ answer: ForeignAnswer)
        async throws
    {
        let server = try server("GET", answer, times: 1)
        let object = try await SocketFaultTests.s3(server.base).get(.picture, maximumBytes: 1000)
        #expect(object.bytes == Array(Self.picture.utf8))
        #expect(server.received.count == 2)
        let failing = try self.server("GET", answer, times: 3)
        let error = try await awsError {
            try await SocketFaultTests.s3(failing.base).get(.picture, maximumBytes: 1000)
        }
        #expect(error.kind == .malformedResponse && error.attempts == 3)
    }

    @Test(
        arguments: foreign.filter {
            ![302, 407].contains($0.status) && !$0.testDescription.hasPrefix("JSON")
        })
    func `an answer to a HEAD that is not that of the store is read again`(_ answer: ForeignAnswer)
        async throws
    {
        let server = try server("HEAD", answer, times: 3)
        let s3 = try await SocketFaultTests.s3(server.base)
        #expect(try await awsError { try await s3.head(.picture) }.kind == .malformedResponse)
        #expect(try await s3.head(.picture).eTag == "\"a\"")
    }

    @Test func `a 404 to a HEAD without the usual request id is not that of the store`() async throws {
        let counter = Locked(0)
        let server = try HandlerServer { _ in
            let number = counter.withLock { count in
                count += 1
                return count
            }
            return .init(status: 404, headers: number == 2 ? [:] : ["x-amz-request-id": "R\(number)"])
        }
        let s3 = try await SocketFaultTests.s3(server.base)
        for _ in 0..<2 {
            #expect(try await awsError { try await s3.head(.picture) }.kind == .noSuchKey)
        }
        #expect(server.received.count == 3)
    }

    @Test func `a store that never sends request ids is believed`() async throws {
        let server = try HandlerServer {
            $0.method == "HEAD" ? .init(status: 404) : .init(headers: ["ETag": "\"a\""])
        }
        let s3 = try await SocketFaultTests.s3(server.base)
        _ = try await s3.get(.picture, maximumBytes: 10)
        #expect(try await awsError { try await s3.head(.picture) }.kind == .noSuchKey)
        #expect(server.received.count == 2)
    }

    @Test func `a page with ETag and length is recognised by its missing request id`() async throws {
        let page = ForeignAnswer(
            testDescription: "", headers: ["ETag": "\"5f3c-264\"", "Content-Type": "text/html"])
        let switched = Locked(false)
        let server = try HandlerServer { _ in
            switched.withLock { $0 } ? .init(headers: page.headers, body: page.body) : Self.genuine
        }
        let s3 = try await SocketFaultTests.s3(server.base)
        _ = try await s3.get(.picture, maximumBytes: 1000)
        switched.withLock { $0 = true }
        let error = try await awsError { try await s3.get(.picture, maximumBytes: 1000) }
        #expect(error.kind == .malformedResponse && error.description.contains("request id"))
    }

    @Test func `a download is recognised by the request id that the metadata of an object had`() async throws
    {
        let server = try HandlerServer {
            $0.method == "HEAD" ? Self.genuine : .init(headers: ["ETag": "\"5f3c-264\""], body: "<html>")
        }
        let s3 = try await SocketFaultTests.s3(server.base)
        _ = try await s3.head(.picture)
        #expect(
            try await awsError { try await s3.get(.picture, maximumBytes: 1000) }.kind == .malformedResponse)
    }

    @Test
    func `the origin of a download without request id is unknown until a digest has proven another one`()
        async throws
    {
        let eTag = Locked("a-2")
        let server = try HandlerServer { _ in
            .init(headers: ["ETag": "\"\(eTag.withLock { $0 })\""], body: Self.picture)
        }
        let s3 = try await SocketFaultTests.s3(server.base)
        #expect(try await !s3.get(.picture, maximumBytes: 1000).hasKnownOrigin)
        eTag.withLock { $0 = Self.md5 }
        #expect(try await s3.get(.picture, maximumBytes: 1000).hasKnownOrigin)
        eTag.withLock { $0 = "a-2" }
        #expect(try await s3.get(.picture, maximumBytes: 1000).hasKnownOrigin)
    }

    @Test func `the clock is not corrected by a date that is not that of the store`() async throws {
        let old: Headers = ["Date": "Tue, 14 Nov 2000 22:33:20 GMT", "Content-Type": "text/html"]
        let harness = try await AWSHarness([
            .respond(403, old), .respond(200, ["ETag": "\"a\""]), .respond(200, ["ETag": "\"a\""]),
        ])
        _ = try await harness.s3.head(.picture)
        _ = try await harness.s3.head(.picture)
        let dates = harness.transport.requests.compactMap { $0.headers["X-Amz-Date"]?.prefix(4) }
        #expect(Set(dates).count == 1 && dates.first != "2000")
    }

    // MARK: Digests

    private static let md5 = Hex.encode(MD5.digest(Array(picture.utf8)) ?? [])

    @Test func `bytes whose MD5 is not the ETag are read again from AWS`() async throws {
        let damaged = ScriptedTransport.Step.respond(200, ["ETag": "\"\(Self.md5)\""], "the pictura")
        let right = ScriptedTransport.Step.respond(200, ["ETag": "\"\(Self.md5)\""], Self.picture)
        let harness = try await AWSHarness([damaged, right, damaged, damaged, damaged])
        let object = try await harness.s3.get(.picture, maximumBytes: 1000)
        #expect(object.bytes == Array(Self.picture.utf8) && object.isVerified)
        let error = try await awsError { try await harness.s3.get(.picture, maximumBytes: 1000) }
        #expect(error.kind == .checksumMismatch && error.description.contains("MD5"))
        harness.expectPlayed()
    }

    @Test(arguments: [
        ["ETag": "\"9e107d9d372bb6826bd81d3542a419d6-3\""],
        ["ETag": "\"9e107d9d372bb6826bd81d3542a419d6\"", "x-amz-server-side-encryption": "aws:kms"],
        ["ETag": "\"9e107d9d372bb6826bd81d3542a419d6\"", "x-amz-server-side-encryption": "aws:kms:dsse"],
        [
            "ETag": "\"9e107d9d372bb6826bd81d3542a419d6\"",
            "x-amz-server-side-encryption-customer-algorithm": "AES256",
        ],
        ["ETag": "\"0x8D4BCC2E4835CD0\""],
        ["ETag": "W/\"9e107d9d372bb6826bd81d3542a419d6\""],
    ])
    func `an ETag that is no MD5 proves nothing`(_ fields: [String: String]) async throws {
        var headers: Headers = [:]
        for (name, value) in fields { headers[name] = value }
        let harness = try await AWSHarness([.respond(200, headers, Self.picture)])
        let object = try await harness.s3.get(.picture, maximumBytes: 1000)
        #expect(!object.isVerified)
        harness.expectPlayed()
    }

    @Test func `the ETag of another store counts as an MD5 after it was one`() async throws {
        let body = Locked("the pictura")
        let server = try HandlerServer { _ in
            .init(headers: ["ETag": "\"\(Self.md5)\""], body: body.withLock { $0 })
        }
        let s3 = try await SocketFaultTests.s3(server.base)
        let unknown = try await s3.get(.picture, maximumBytes: 1000)
        #expect(!unknown.isVerified && unknown.isDoubtful)
        body.withLock { $0 = Self.picture }
        #expect(try await s3.get(.picture, maximumBytes: 1000).isVerified)
        body.withLock { $0 = "the pictura" }
        #expect(
            try await awsError { try await s3.get(.picture, maximumBytes: 1000) }.kind == .checksumMismatch)
    }

    @Test func `ETags that look like an MD5 are no doubt after an upload has shown that they are none`()
        async throws
    {
        let headers: Headers = ["ETag": "\"9e107d9d372bb6826bd81d3542a419d6\""]
        let server = try HandlerServer { _ in .init(headers: headers, body: "abc") }
        let s3 = try await SocketFaultTests.s3(server.base)
        #expect(try await s3.get(.picture, maximumBytes: 1000).isDoubtful)
        _ = try await s3.put([1, 2, 3], to: .picture, options: PutOptions())
        let object = try await s3.get(.picture, maximumBytes: 1000)
        #expect(!object.isDoubtful && !object.isVerified)
    }

    @Test func `a verified checksum does not need an MD5`() async throws {
        let headers: Headers = ["ETag": "\"a-2\"", "x-amz-checksum-crc32c": "4waSgw=="]
        let harness = try await AWSHarness([.respond(200, headers, "123456789")])
        #expect(try await harness.s3.get(.picture, maximumBytes: 1000).isVerified)
    }

    // MARK: Bodies

    /// The body ends with its connection, earlier than the picture, and no header announces its length.
    @Test func `a body without a length has no announced size`() async throws {
        let server = try LoopbackServer { peer in
            _ = try peer.readRequest()
            try peer.send("HTTP/1.1 200 OK\r\nETag: \"a-2\"\r\nConnection: close\r\n\r\nthe pic")
        }
        let object = try await SocketFaultTests.s3(SocketFaultTests.base(server)).get(
            .picture, maximumBytes: 1000)
        #expect(object.head.size == nil && !object.isVerified && object.bytes == Array("the pic".utf8))
    }

    @Test func `bytes behind the announced length do not meet the next request`() async throws {
        let server = try LoopbackServer { peer in
            while true {
                _ = try peer.readRequest()
                try peer.send(
                    "HTTP/1.1 200 OK\r\nETag: \"a\"\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 404 Not Found\r\n"
                        + "Content-Length: 0\r\n\r\n")
            }
        }
        let s3 = try await SocketFaultTests.s3(SocketFaultTests.base(server))
        for _ in 0..<3 {
            #expect(try await s3.get(.picture, maximumBytes: 1000).bytes == Array("abc".utf8))
        }
    }

    @Test func `a second download uses a new connection`() async throws {
        let server = try LoopbackServer(SocketFaultTests.serve)
        let s3 = try await SocketFaultTests.s3(SocketFaultTests.base(server))
        _ = try await s3.get(.picture, maximumBytes: 1000)
        _ = try await s3.get(.picture, maximumBytes: 1000)
        #expect(server.connections.count == 1)
        _ = try await s3.get(.picture, maximumBytes: 1000, onNewConnection: true)
        #expect(server.connections.count == 2)
    }
}
