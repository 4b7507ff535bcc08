// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import HTTP
import Scripted
import Support
import Testing

@Suite(.timeLimit(.minutes(1)))
struct RoleSourceTests {
    static let start = 1_700_000_000.0

    static func service() throws -> SecurityTokenService {
        try SecurityTokenService(
            .init(
                secrets: ["AKIABASE": "base-secret"], validWebTokens: ["web-token-1"],
                expiration: start + 3600))
    }

    @Test func `AssumeRole is signed with the keys of the source profile`() async throws {
        let sts = try Self.service()
        let config = try TemporaryFile(
            """
            [profile worker]
            role_arn = arn:aws:iam::123456789012:role/worker
            source_profile = base
            external_id = a shared secret
            role_session_name = pictures
            duration_seconds = 1800
            [profile base]
            region = eu-central-1
            """)
        let keys = try TemporaryFile(
            "[base]\naws_access_key_id=AKIABASE\naws_secret_access_key=base-secret\n")
        let harness = try await CredentialHarness([
            "AWS_PROFILE": "worker", "AWS_CONFIG_FILE": config.path, "AWS_SHARED_CREDENTIALS_FILE": keys.path,
            "AWS_ENDPOINT_URL_STS": sts.base,
        ])
        #expect(try await harness.accessKeyID == "ASIAROLE1")
        #expect(
            sts.forms == [
                [
                    "Action": "AssumeRole", "Version": "2011-06-15",
                    "RoleArn": "arn:aws:iam::123456789012:role/worker", "RoleSessionName": "pictures",
                    "DurationSeconds": "1800", "ExternalId": "a shared secret",
                ]
            ])
        harness.clock.advance(.seconds(3590))
        #expect(try await harness.accessKeyID == "ASIAROLE2")
    }

    @Test func `a wrong secret of the source is an error that names AssumeRole`() async throws {
        let sts = try Self.service()
        let config = try TemporaryFile(
            "[profile w]\nrole_arn = arn:aws:iam::1:role/w\ncredential_source = Environment\n")
        let harness = try await CredentialHarness(
            [
                "AWS_PROFILE": "w", "AWS_CONFIG_FILE": config.path, "AWS_ENDPOINT_URL_STS": sts.base,
                "AWS_ACCESS_KEY_ID": "AKIABASE", "AWS_SECRET_ACCESS_KEY": "wrong",
            ], kind: .profile)
        let error = try await awsError { try await harness.accessKeyID }
        #expect(error.kind == .invalidCredentials)
        #expect(error.operation == "AssumeRole")
        #expect(error.requestID == "STS-1")
    }

    @Test func `AssumeRoleWithWebIdentity is unsigned and reads the token file each time`() async throws {
        let sts = try Self.service()
        let token = try TemporaryFile("web-token-1")
        let harness = try await CredentialHarness([
            "AWS_ROLE_ARN": "arn:aws:iam::1:role/irsa", "AWS_WEB_IDENTITY_TOKEN_FILE": token.path,
            "AWS_ENDPOINT_URL_STS": sts.base,
        ])
        #expect(try await harness.accessKeyID == "ASIAROLE1")
        let form = try #require(sts.forms.first)
        #expect(
            form["RoleSessionName"]?.isEmpty == false, "a session name is generated when none is configured")
        #expect(form["WebIdentityToken"] == "web-token-1")
        try token.write("web-token-2")
        sts.state.withLock {
            $0.validWebTokens = ["web-token-2"]; $0.expiration = Self.start + 7200
        }
        harness.clock.advance(.seconds(3590))
        #expect(try await harness.accessKeyID == "ASIAROLE2")
        #expect(sts.received.allSatisfy { $0.headers["Authorization"] == nil })
    }

    @Test func `a token that is replaced while it is being refused is read again`() async throws {
        let token = try TemporaryFile("old-token")
        let server = try HandlerServer { request in
            guard String(decoding: request.body, as: UTF8.self).contains("WebIdentityToken=new-token") else {
                try? token.write("new-token")
                return .error(
                    400, "<ErrorResponse><Error><Code>ExpiredTokenException</Code></Error></ErrorResponse>")
            }
            return .ok(
                "<R><AssumeRoleWithWebIdentityResult><Credentials><AccessKeyId>ASIANEW</AccessKeyId>"
                    + "<SecretAccessKey>s</SecretAccessKey><SessionToken>t</SessionToken>"
                    + "<Expiration>2033-01-01T00:00:00.123Z</Expiration></Credentials>"
                    + "</AssumeRoleWithWebIdentityResult></R>")
        }
        let harness = try await CredentialHarness([
            "AWS_ROLE_ARN": "arn:aws:iam::1:role/irsa", "AWS_WEB_IDENTITY_TOKEN_FILE": token.path,
            "AWS_ENDPOINT_URL_STS": server.base,
        ])
        #expect(try await harness.accessKeyID == "ASIANEW")
        #expect(server.received.count == 2)
    }

    @Test func `a call of STS takes at most 30 seconds, whatever the timeouts are`() async throws {
        let token = try TemporaryFile("web-token-1")
        let transport = ScriptedTransport([.respond(400, ["x-amzn-RequestId": "R"])])
        var options = AWSOptions()
        options.timeouts.attemptSeconds = 3600
        options.timeouts.totalSeconds = 3600
        let harness = try await CredentialHarness(
            ["AWS_ROLE_ARN": "arn:aws:iam::1:role/irsa", "AWS_WEB_IDENTITY_TOKEN_FILE": token.path],
            options: options, transport: transport)
        _ = try await awsError { try await harness.accessKeyID }
        #expect(transport.requests.map(\.limits.total) == [.seconds(30)])
    }

    @Test func `IDPCommunicationError is retried`() async throws {
        let sts = try Self.service()
        sts.state.withLock { $0.communicationErrors = 2 }
        let token = try TemporaryFile("web-token-1")
        let harness = try await CredentialHarness([
            "AWS_ROLE_ARN": "arn:aws:iam::1:role/irsa", "AWS_WEB_IDENTITY_TOKEN_FILE": token.path,
            "AWS_ENDPOINT_URL_STS": sts.base,
        ])
        #expect(try await harness.accessKeyID == "ASIAROLE1")
        #expect(sts.forms.count == 3)
    }

    @Test func `an expired token is an error and does not lead to another source`() async throws {
        let sts = try Self.service()
        let token = try TemporaryFile("old-token")
        let harness = try await CredentialHarness([
            "AWS_ROLE_ARN": "arn:aws:iam::1:role/irsa", "AWS_WEB_IDENTITY_TOKEN_FILE": token.path,
            "AWS_ENDPOINT_URL_STS": sts.base, "AWS_CONTAINER_CREDENTIALS_FULL_URI": "http://127.0.0.1:1/x",
        ])
        let error = try await awsError { try await harness.accessKeyID }
        #expect(error.kind == .expiredCredentials)
        #expect(error.code == "ExpiredTokenException")
    }

    @Test func `an error in a response of status 200 is not taken for credentials`() async throws {
        let sts = try Self.service()
        sts.state.withLock { $0.failsWith200 = true }
        let token = try TemporaryFile("web-token-1")
        let harness = try await CredentialHarness([
            "AWS_ROLE_ARN": "arn:aws:iam::1:role/irsa", "AWS_WEB_IDENTITY_TOKEN_FILE": token.path,
            "AWS_ENDPOINT_URL_STS": sts.base,
        ])
        #expect(try await awsError { try await harness.accessKeyID }.kind == .malformedResponse)
    }

    @Test func `the role of the output bucket is assumed for the output bucket alone`() async throws {
        let sts = try Self.service()
        let s3 = try HandlerServer { _ in .init(headers: ["ETag": "\"55a54008ad1ba589aa210d2629c1df41\""]) }
        var options = AWSOptions()
        options.endpoints.s3 = s3.base
        options.endpoints.sts = sts.base
        options.output.roleARN = "arn:aws:iam::999999999999:role/writer"
        options.output.externalID = "x"
        options.output.expectedOwner = "999999999999"
        options.source.expectedOwner = "123456789012"
        options.source.requesterPays = true
        let harness = try await CredentialHarness(
            ["AWS_ACCESS_KEY_ID": "AKIABASE", "AWS_SECRET_ACCESS_KEY": "base-secret"], options: options)
        let client = harness.session.s3(outputBucket: "results")
        _ = try await client.get(.picture, maximumBytes: 10)
        _ = try await client.put([1], to: .init(bucket: "results", key: "a"), options: PutOptions())
        let (read, write) = (s3.received[0], s3.received[1])
        #expect(read.headers["Authorization"]?.contains("Credential=AKIABASE/") == true)
        #expect(read.headers["x-amz-expected-bucket-owner"] == "123456789012")
        #expect(read.headers["x-amz-request-payer"] == "requester")
        #expect(write.headers["Authorization"]?.contains("Credential=ASIAROLE1/") == true)
        #expect(write.headers["x-amz-security-token"] == "role-token")
        #expect(write.headers["x-amz-expected-bucket-owner"] == "999999999999")
        #expect(write.headers["x-amz-request-payer"] == nil)
        #expect(sts.forms.first?["ExternalId"] == "x")
    }

    @Test func `a role that several buckets name is assumed once`() async throws {
        let sts = try Self.service()
        let s3 = try HandlerServer { _ in .init(headers: ["ETag": "\"e\""]) }
        var options = AWSOptions()
        options.endpoints.s3 = s3.base
        options.endpoints.sts = sts.base
        var foreign = BucketOptions()
        foreign.roleARN = "arn:aws:iam::999999999999:role/reader"
        foreign.expectedOwner = "999999999999"
        options.buckets = ["away": foreign, "away-too": foreign]
        options.output.expectedOwner = "123456789012"
        let harness = try await CredentialHarness(
            ["AWS_ACCESS_KEY_ID": "AKIABASE", "AWS_SECRET_ACCESS_KEY": "base-secret"], options: options)
        // A bucket with options of its own keeps them as output bucket.
        let clients = [
            harness.session.s3(outputBucket: "results"), harness.session.s3(outputBucket: "away-too"),
        ]
        for (client, bucket) in [(0, "away"), (0, "pictures"), (0, "results"), (1, "away-too")] {
            _ = try await clients[client].get(.init(bucket: bucket, key: "a"), maximumBytes: 10)
        }
        let keys = s3.received.map { $0.headers["Authorization"]?.contains("Credential=ASIAROLE1/") }
        #expect(keys == [true, false, false, true])
        let owners = s3.received.map { $0.headers["x-amz-expected-bucket-owner"] }
        #expect(owners == ["999999999999", nil, "123456789012", "999999999999"])
        #expect(sts.forms.count { $0["Action"] == "AssumeRole" } == 1)
    }

    @Test func `the ARN is logged after each refresh, as a warning when the role is another one`()
        async throws
    {
        let sts = try Self.service()
        let token = try TemporaryFile("web-token-1")
        let harness = try await CredentialHarness(
            [
                "AWS_ROLE_ARN": "arn:aws:iam::1:role/irsa", "AWS_WEB_IDENTITY_TOKEN_FILE": token.path,
                "AWS_ENDPOINT_URL_STS": sts.base,
            ], logIdentity: true)
        func identityLines(_ count: Int) async throws -> [String] {
            while true {
                let lines = harness.log.lines.filter { $0.contains("\"event\": identity") }
                if lines.count >= count { return lines }
                try await Task.sleep(for: .milliseconds(5))
            }
        }
        _ = try await harness.accessKeyID
        #expect(
            try await identityLines(1)[0].contains("acting as arn:aws:sts::123456789012:assumed-role/worker"))
        func refresh(as role: String, _ generation: Int) async throws {
            sts.state.withLock {
                $0.role = role
                $0.expiration += 3600
            }
            let before = sts.forms.count
            harness.clock.advance(.seconds(3590))
            _ = try await harness.accessKeyID
            // One request for the keys and one for the identity behind them.
            while sts.forms.count < before + 2 { try await Task.sleep(for: .milliseconds(5)) }
        }
        try await refresh(as: "arn:aws:sts::123456789012:assumed-role/worker/another-session", 2)
        try await refresh(as: "arn:aws:sts::123456789012:assumed-role/intruder/session", 3)
        let lines = try await identityLines(3)
        #expect(lines.count == 3)
        #expect(
            lines[1].hasPrefix(
                "notice acting as arn:aws:sts::123456789012:assumed-role/worker/another-session"))
        #expect(
            lines[2].hasPrefix(
                "warning the identity has changed from arn:aws:sts::123456789012:assumed-role/worker"))
        for line in lines {
            #expect(line.contains("\"account\": 123456789012") && line.contains("\"access_key_id\": ASIA"))
            #expect(
                line.contains("\"credentials_expire\": 20") || line.contains("\"credentials_expire\": 19"))
        }
        #expect(!harness.log.lines.joined().contains("role-secret"))
        #expect(!harness.log.lines.joined().contains("web-token"))
    }
}
