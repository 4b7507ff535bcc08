// SPDX-License-Identifier: Apache-2.0

import AWS
import HTTP
import Scripted
import Testing

struct RejectedCredentialsTests {
    @Test func `expired credentials are fetched again, and the request is sent once more`() async throws {
        let keys = try TemporaryFile(
            "[default]\naws_access_key_id=A1\naws_secret_access_key=s\naws_session_token=old\n")
        let expired = ScriptedTransport.Step.respond(
            400, [:], "<Error><Code>ExpiredToken</Code><Message>expired</Message></Error>")
        let found = ScriptedTransport.Step.respond(200, ["ETag": "\"a\""])
        let transport = ScriptedTransport([
            found, found, expired, found, expired, expired,
        ])
        let harness = try await CredentialHarness(
            ["AWS_SHARED_CREDENTIALS_FILE": keys.path], transport: transport)
        let s3 = harness.session.s3()
        _ = try await s3.head(.picture)
        _ = try await s3.head(.picture)
        try keys.write("[default]\naws_access_key_id=A2\naws_secret_access_key=s\naws_session_token=new\n")
        harness.clock.advance(.seconds(60))
        _ = try await s3.get(.picture, maximumBytes: 10)
        #expect(
            transport.requests.map { $0.headers["X-Amz-Security-Token"] } == ["old", "old", "old", "new"])
        harness.clock.advance(.seconds(60))
        let error = try await awsError { try await s3.get(.picture, maximumBytes: 10) }
        #expect(error.kind == .expiredCredentials)
        #expect(error.attempts == 2)
        #expect(transport.unusedSteps == 0)
    }

    @Test func `a corrected secret is found after a rejection`() async throws {
        let keys = try TemporaryFile("[default]\naws_access_key_id=A1\naws_secret_access_key=wrong\n")
        let refused = ScriptedTransport.Step.respond(
            403, [:], "<Error><Code>InvalidAccessKeyId</Code><Message>no</Message></Error>")
        let transport = ScriptedTransport([refused, refused, .respond(200, ["ETag": "\"a\""])])
        let harness = try await CredentialHarness(
            ["AWS_SHARED_CREDENTIALS_FILE": keys.path], transport: transport)
        let s3 = harness.session.s3()
        for _ in 0..<2 {
            #expect(
                try await awsError { try await s3.get(.picture, maximumBytes: 10) }.kind
                    == .invalidCredentials)
        }
        try keys.write("[default]\naws_access_key_id=A2\naws_secret_access_key=right\n")
        harness.clock.advance(.seconds(6))
        _ = try await s3.get(.picture, maximumBytes: 10)
        #expect(transport.requests.last?.headers["Authorization"]?.contains("Credential=A2/") == true)
    }
}
