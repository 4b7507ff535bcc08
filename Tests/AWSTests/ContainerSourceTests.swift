// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import HTTP
import Scripted
import Support
import Testing

@Suite(.timeLimit(.minutes(1)))
struct ContainerSourceTests {
    static let start = 1_700_000_000.0

    static func keys(_ id: String, expiresIn seconds: Double = 3600) -> String {
        #"{"RoleArn":"r","AccessKeyId":"\#(id)","SecretAccessKey":"s","Token":"t","#
            + #""Expiration":"\#(ISO8601.text(start + seconds))"}"#
    }

    @Test func `the token file is read for each refresh and has priority over the token variable`()
        async throws
    {
        let token = try TemporaryFile("first-token\n")
        let valid = Locked("first-token")
        let server = try HandlerServer { request in
            request.headers["Authorization"] == valid.withLock { $0 }
                ? .ok(Self.keys("ASIA\(valid.withLock { $0 })")) : .error(401)
        }
        let harness = try await CredentialHarness([
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": "\(server.base)/v1/credentials?x=1",
            "AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE": token.path,
            "AWS_CONTAINER_AUTHORIZATION_TOKEN": "not this",
        ])
        #expect(try await harness.accessKeyID == "ASIAfirst-token")
        #expect(server.received.first?.target == "/v1/credentials?x=1")
        try token.write("second-token")
        valid.withLock { $0 = "second-token" }
        harness.clock.advance(.seconds(3000))
        #expect(try await harness.keys(otherThan: "ASIAfirst-token") == "ASIAsecond-token")
    }

    @Test func `the relative URI has priority over the full one`() async throws {
        let transport = ScriptedTransport([.respond(200, [:], Self.keys("ASIARELATIVE"))])
        let harness = try await CredentialHarness(
            [
                "AWS_CONTAINER_CREDENTIALS_RELATIVE_URI": "/v2/credentials/id",
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1/x",
            ], transport: transport)
        #expect(try await harness.accessKeyID == "ASIARELATIVE")
        let request = try #require(transport.requests.first)
        #expect(request.url.rendered == "http://169.254.170.2/v2/credentials/id")
        #expect(request.routing.bypassProxy)
    }

    @Test(arguments: [
        ("https://example.com/x", true), ("http://localhost/x", true), ("http://127.0.0.1:99/x", true),
        ("http://127.1.2.3/x", true), ("http://[::1]/x", true), ("http://169.254.170.2/x", true),
        ("http://169.254.170.23/v1/credentials", true), ("http://[fd00:ec2::23]/v1/credentials", true),
        ("http://example.com/x", false), ("http://169.254.169.254/x", false), ("http://10.0.0.1/x", false),
        ("http://127.0.0.1.example.com/x", false), ("http://[fd00:ec2::254]/x", false),
        ("http://127.0.0/x", true), ("http://128.0.1/x", false),
        ("ftp://localhost/x", false), ("http://u:p@localhost/x", false),
    ])
    func `http is allowed for loopback and the documented hosts only`(
        _ uri: String, _ isAllowed: Bool
    ) async throws {
        let transport = ScriptedTransport([.respond(200, [:], Self.keys("ASIA"))])
        let harness = try await CredentialHarness(
            ["AWS_CONTAINER_CREDENTIALS_FULL_URI": uri], transport: transport)
        if isAllowed {
            #expect(try await harness.accessKeyID == "ASIA")
        } else {
            #expect(try await awsError { try await harness.accessKeyID }.kind == .noCredentials)
            #expect(transport.requests.isEmpty)
        }
    }

    @Test(arguments: ["a\r\nX-Evil: 1", "a\nb", "\u{7F}"])
    func `a token with control characters is not sent`(_ token: String) async throws {
        let transport = ScriptedTransport([])
        let harness = try await CredentialHarness(
            [
                "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1/x",
                "AWS_CONTAINER_AUTHORIZATION_TOKEN": token,
            ], transport: transport)
        _ = try await awsError { try await harness.accessKeyID }
        #expect(transport.requests.isEmpty)
    }

    @Test(arguments: [
        #"{"Code":"AccessDenied","Message":"no task"}"#, #"{"message":"x"}"#, "<html>", "",
        #"{"AccessKeyId":"","SecretAccessKey":"s"}"#, #"{"AccessKeyId":"a\r\nb","SecretAccessKey":"s"}"#,
        #"{"AccessKeyId":"a","SecretAccessKey":"s","Token":"t","Expiration":"tomorrow"}"#,
        #"{"AccessKeyId":"a","SecretAccessKey":"s","Token":"t"}"#,
        #"{"AccessKeyId":"a","SecretAccessKey":"s","Expiration":"2099-01-01T00:00:00Z"}"#,
        #"{"AccessKeyId":"a","SecretAccessKey":"s","SessionToken":"t","Expiration":"2099-01-01T00:00:00Z"}"#,
    ])
    func `a response of status 200 without complete credentials is an error`(_ body: String) async throws {
        let server = try HandlerServer { _ in .ok(body) }
        let harness = try await CredentialHarness(["AWS_CONTAINER_CREDENTIALS_FULL_URI": server.base + "/x"])
        #expect(try await awsError { try await harness.accessKeyID }.kind == .noCredentials)
    }

    @Test func `a failing container endpoint does not lead to another source`() async throws {
        let instance = try InstanceService(expiration: Self.start + 3600)
        let profile = try TemporaryFile("[other]\naws_access_key_id = AKIAOTHER\naws_secret_access_key = s\n")
        let isHealthy = Locked(true)
        let server = try HandlerServer { _ in
            isHealthy.withLock { $0 } ? .ok(Self.keys("ASIACONTAINER")) : .error(500)
        }
        let harness = try await CredentialHarness([
            "AWS_CONTAINER_CREDENTIALS_FULL_URI": server.base + "/x",
            "AWS_EC2_METADATA_SERVICE_ENDPOINT": instance.base, "AWS_SHARED_CREDENTIALS_FILE": profile.path,
        ])
        #expect(try await harness.accessKeyID == "ASIACONTAINER")
        isHealthy.withLock { $0 = false }
        harness.clock.advance(.seconds(3500))
        #expect(try await harness.accessKeyID == "ASIACONTAINER", "still valid for 100 s")
        harness.clock.advance(.seconds(200))
        let error = try await awsError { try await harness.accessKeyID }
        #expect(error.kind == .noCredentials)
        #expect(error.description.contains("container"))
        #expect(instance.received.isEmpty)
        isHealthy.withLock { $0 = true }
        harness.clock.advance(.seconds(6))
        let expired = try await awsError { try await harness.accessKeyID }
        #expect(
            expired.message.contains("expired"), "the server still returns the credentials of an hour ago")
    }
}
