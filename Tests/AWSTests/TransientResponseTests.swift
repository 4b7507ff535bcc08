// SPDX-License-Identifier: Apache-2.0

import AWS
import Curl
import Foundation
import HTTP
import Scripted
import Testing

/// Responses after which the same request can succeed: they are retried on a new connection, and their errors are of
/// kinds for which the worker waits without a receive.
@Suite(.timeLimit(.minutes(1)))
struct TransientResponseTests {
    static let ok = ScriptedTransport.Step.respond(200, ["ETag": "\"a\""], "x")
    static let transientKinds: Set<AWSError.Kind> = [.timedOut, .throttled, .server, .malformedResponse]
    /// One status code for each reason to retry.
    static let statuses = [302, 307, 407, 408, 421, 425, 429, 500, 502, 503, 504, 511, 520, 530]

    @Test(arguments: 100...599)
    func `a status code is retried on a new connection if and only if it is transient`(_ status: Int)
        async throws
    {
        let response = ScriptedTransport.Step.respond(status, ["ETag": "\"a\"", "x-amz-request-id": "R"])
        // An error of the service with a code of 400...499 that no service is known to send is a refusal.
        let isRefusal = StatusClass(status) == .foreign && (400...499).contains(status) && status != 407
        let isTransient = StatusClass(status).isTransient && !isRefusal
        // After 301, the region of the bucket is requested.
        guard StatusClass(status) != .success, status != 301 else { return }
        let once = try await AWSHarness([response, Self.ok])
        let head = try? await once.s3.head(.picture)
        #expect((head != nil) == isTransient)
        let connections = once.transport.requests.map(\.routing.freshConnection)
        #expect(Array(connections.prefix(isTransient ? 2 : 1)) == (isTransient ? [false, true] : [false]))

        let always = try await AWSHarness(Array(repeating: response, count: 12))
        let error = try await awsError { try await always.s3.get(.picture, maximumBytes: 10) }
        #expect(error.attempts == (isTransient ? 3 : 1))
        #expect(error.status == status)
        #expect(Self.transientKinds.contains(error.kind) == (isTransient || status == 501))
    }

    @Test(arguments: statuses)
    func `a transient response to SQS is retried on a new connection`(_ status: Int) async throws {
        let harness = try await AWSHarness([])
        let sqs = try harness.sqs
        func expectRetry(_ answer: String, _ call: () async throws -> Void) async throws {
            harness.transport.add([.respond(status), .respond(200, [:], answer)])
            try await call()
            #expect(harness.transport.requests.suffix(2).map(\.routing.freshConnection) == [false, true])
        }
        let entry = #"{"Successful":[{"Id":"0"}]}"#
        try await expectRetry("{}") {
            _ = try await sqs.receive(maxMessages: 1, wait: .seconds(1), visibility: .seconds(30))
        }
        try await expectRetry(entry) { _ = try await sqs.delete(["h"]) }
        try await expectRetry(entry) {
            _ = try await sqs.changeVisibility([.init(receiptHandle: "h", timeout: .seconds(1))])
        }
        try await expectRetry(#"{"MessageId":"m"}"#) {
            _ = try await sqs.send(OutgoingMessage("body", id: "id"))
        }
        try await expectRetry(#"{"Attributes":{}}"#) { _ = try await sqs.attributes() }
        harness.expectPlayed()
    }

    @Test(arguments: statuses)
    func `a transient response of a credentials service is retried on a new connection`(_ status: Int)
        async throws
    {
        let keys =
            #"{"Code":"Success","AccessKeyId":"K","SecretAccessKey":"s","Token":"t","Expiration":"#
            + #""2040-01-01T00:00:00Z"}"#
        let container = ScriptedTransport([.respond(status), .respond(200, [:], keys)])
        let task = try await CredentialHarness(
            ["AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1/x"], transport: container)
        #expect(try await task.accessKeyID == "K")
        #expect(container.requests.map(\.routing.freshConnection) == [false, true])

        let bad = ScriptedTransport.Step.respond(status)
        let instance = ScriptedTransport([
            bad, .respond(200, [:], "token"), bad, .respond(200, [:], "role"), bad, .respond(200, [:], keys),
        ])
        let machine = try await CredentialHarness(
            ["AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1:1"], transport: instance)
        #expect(try await machine.accessKeyID == "K")
        #expect(instance.requests.map(\.routing.freshConnection) == [false, true, false, true, false, true])

        let file = try TemporaryFile("a.web.identity")
        let xml =
            "<R><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>K</AccessKeyId>"
            + "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
            + "<Expiration>2040-01-01T00:00:00Z</Expiration></Credentials></AssumeRoleWithWebIdentityResult></R>"
        let sts = ScriptedTransport([.respond(status), .respond(200, [:], xml)])
        let role = try await CredentialHarness(
            ["AWS_ROLE_ARN": "arn:aws:iam::1:role/r", "AWS_WEB_IDENTITY_TOKEN_FILE": file.path],
            transport: sts)
        #expect(try await role.accessKeyID == "K")
        #expect(sts.requests.map(\.routing.freshConnection) == [false, true])
    }

    @Test(arguments: ["", "<html>maintenance</html>", "null", "[]", "{\"Messages\":1}"])
    func `a success of SQS or STS that is not their document is retried`(_ page: String) async throws {
        let harness = try await AWSHarness([.respond(200, [:], page), .respond(200, [:], "{}")])
        _ = try await harness.sqs.receive(maxMessages: 1, wait: .seconds(1), visibility: .seconds(30))
        harness.expectPlayed()
        #expect(harness.transport.requests.map(\.routing.freshConnection) == [false, true])
    }

    /// A 408 that a server sends while the next request is on its way cannot be told from a response.
    @Test func `a 408 that crosses a request costs one more attempt on a new connection`() async throws {
        let server = try LoopbackServer(scripts: [
            { peer in
                try peer.readRequest()
                try peer.respond(200, headers: ["ETag": "\"a\""], body: [1])
                try peer.readRequest()
                try peer.respond(408, headers: ["Connection": "close"])
            },
            LoopbackServer.always(200, headers: ["ETag": "\"a\""], body: [1]),
        ])
        let s3 = try await SocketFaultTests.s3(SocketFaultTests.base(server))
        _ = try await s3.get(.picture, maximumBytes: 10)
        _ = try await s3.get(.picture, maximumBytes: 10)
        #expect(
            server.received.map { $0.headers["amz-sdk-request"] } == [
                "attempt=1; max=3", "attempt=1; max=3", "attempt=2; max=3",
            ])
        #expect(server.connections.count == 2)
    }

    @Test(arguments: [400, 401, 403, 404, 405, 412])
    func `a refusal without request id and error document is retried`(_ status: Int) async throws {
        let page = ScriptedTransport.Step.respond(status, ["Content-Type": "text/html"], "<html>no</html>")
        let harness = try await AWSHarness([page, Self.ok, page, page, page])
        let s3 = harness.s3
        _ = try await s3.get(.picture, maximumBytes: 10)
        #expect(harness.transport.requests.map(\.routing.freshConnection) == [false, true])
        let error = try await awsError { try await s3.get(.picture, maximumBytes: 10) }
        #expect(error.kind == .malformedResponse)
        #expect(error.message.hasPrefix("the response is not that of the service, but of the type text/html"))
        harness.expectPlayed()
    }

    @Test(arguments: [401, 403, 404, 405, 412])
    func `a refusal without the marks of a service that has them is retried`(_ status: Int) async throws {
        let marked = ScriptedTransport.Step.respond(200, ["ETag": "\"a\"", "x-amz-request-id": "R"], "x")
        let harness = try await AWSHarness([marked])
        let s3 = harness.s3
        _ = try await s3.head(.picture)
        harness.transport.add([.respond(status, ["Content-Type": "text/html"]), marked])
        _ = try await s3.head(.picture)
        #expect(harness.transport.requests.last?.routing.freshConnection == true)

        harness.transport.add(Array(repeating: .respond(status, ["Content-Type": "text/html"]), count: 3))
        let error = try await awsError { try await s3.head(.picture) }
        #expect(error.kind == .malformedResponse)
        #expect(error.message == "the response is not that of the service, but of the type text/html")
        harness.expectPlayed()
    }

    @Test func `a refusal with the marks of a service, or of a service without marks, is not retried`()
        async throws
    {
        let marks: Headers = ["ETag": "\"a\"", "x-amz-request-id": "R"]
        let harness = try await AWSHarness([.respond(404)])
        let s3 = harness.s3
        #expect(try await awsError { try await s3.head(.picture) }.kind == .noSuchKey)
        harness.transport.add([.respond(200, marks), .respond(404, ["x-amz-request-id": "R"])])
        _ = try await s3.head(.picture)
        #expect(try await awsError { try await s3.head(.picture) }.kind == .noSuchKey)
        harness.transport.add([
            .respond(200, marks), .respond(403, [:], "<Error><Code>AccessDenied</Code></Error>"),
        ])
        _ = try await s3.get(.picture, maximumBytes: 10)
        #expect(try await awsError { try await s3.get(.picture, maximumBytes: 10) }.kind == .accessDenied)
        harness.expectPlayed()
    }

    @Test(
        arguments: [
            (["x-amz-bucket-region": "eu-north-1"], ""), ([:], "<Error><Region>eu-north-1</Region></Error>"),
            (["Location": "https://pictures.s3.eu-north-1.amazonaws.com/a"], ""),
            (["Location": "https://s3.dualstack.eu-north-1.amazonaws.com/pictures/a"], ""),
            ([:], "<Error><Endpoint>pictures.s3-eu-north-1.amazonaws.com</Endpoint></Error>"),
            ([:], "<Error><Endpoint>Pictures.s3-fips.eu-north-1.amazonaws.com</Endpoint></Error>"),
        ] as [(Headers, String)])
    func `a redirect of S3 leads to the region that it names in any form`(_ headers: Headers, _ body: String)
        async throws
    {
        let harness = try await AWSHarness([.respond(307, headers, body), Self.ok])
        _ = try await harness.s3.get(.picture, maximumBytes: 10)
        harness.expectPlayed()
        #expect(harness.transport.requests.last?.url.host.contains("eu-north-1") == true)
    }

    @Test func `the error of a redirect names the host but not the query`() async throws {
        let portal = ScriptedTransport.Step.respond(
            302, ["Location": "http://portal.example/login?X-Amz-Signature=abc", "Content-Type": "text/html"])
        let harness = try await AWSHarness(Array(repeating: portal, count: 12))
        let error = try await awsError { try await harness.s3.get(.picture, maximumBytes: 10) }
        #expect(error.description.contains("portal.example"))
        #expect(!error.description.contains("abc"))
    }

    @Test(
        arguments: [
            (["Retry-After": "2"], 2000), (["Retry-After": "3600"], 5025),
            (["Retry-After": "999999999999999999999"], 5025),
            (["x-amz-retry-after": "300", "Retry-After": "3"], 300), (["Retry-After": "-1"], 25),
            (["Retry-After": "soon"], 25), (["Retry-After": "Tue, 14 Nov 2023 22:13:23 GMT"], 3000),
            (["Retry-After": "Tue Nov 14 22:13:23 2023", "Date": "Tuesday, 14-Nov-23 22:13:22 GMT"], 1000),
            (["Retry-After": "Tue, 14 Nov 1994 22:13:23 GMT"], 25),
            (["Retry-After": "Tue, 14 Nov 2999 22:13:23 GMT"], 5025),
        ] as [(Headers, Int)])
    func `Retry-After extends a pause, as seconds or as a date, by at most 5 seconds`(
        _ headers: Headers, _ milliseconds: Int
    ) async throws {
        for status in [408, 500, 503] {
            let harness = try await AWSHarness([.respond(status, headers), Self.ok])
            _ = try await harness.s3.get(.picture, maximumBytes: 10)
            #expect(harness.clock.sleeps == [.milliseconds(milliseconds)])
        }
    }
}
