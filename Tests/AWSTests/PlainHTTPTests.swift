// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import HTTP
import Logging
import Scripted
import Testing

@Suite(.timeLimit(.minutes(1)))
struct PlainHTTPTests {
    static let queue = "https://sqs.eu-west-1.amazonaws.com/1/q"

    /// Makes a session and a client for each queue, and returns the lines of the log with the event `plain-http`.
    private func warnings(
        _ environment: [String: String] = [:], options: AWSOptions = AWSOptions(),
        queues: [String: String] = ["queue.url": Self.queue]
    ) async throws -> [String] {
        let log = LogRecorder()
        var environment = environment
        environment["AWS_ACCESS_KEY_ID"] = "AKIAIOSFODNN7EXAMPLE"
        environment["AWS_SECRET_ACCESS_KEY"] = "secret"
        environment["AWS_REGION"] = "eu-west-1"
        let session = try await AWSSession(
            options, queueURL: queues["queue.url"], transport: ScriptedTransport([]),
            host: HostEnvironment(environment: environment, homeDirectory: nil), logger: log.logger)
        for _ in 0..<2 {
            for (setting, url) in queues { _ = try session.sqs(queueURL: url, setting: setting) }
        }
        return log.lines.filter { $0.contains("\"event\": plain-http") }
    }

    @Test(arguments: [
        "http://s3.example.com:9000", "http://10.0.0.1", "http://0.0.0.0", "http://[::2]",
        "http://127.0.0.1.example.com",
    ])
    func `an endpoint with http on another machine is logged once, with its setting`(_ url: String)
        async throws
    {
        var options = AWSOptions()
        options.logIdentity = false
        options.endpoints.s3 = url
        let configured = try await warnings(options: options)
        #expect(configured.count == 1)
        #expect(
            configured.allSatisfy {
                $0.contains("\"setting\": aws.endpoints.s3") && $0.contains("\"endpoint\": \(url)")
            })
        let common = try await warnings(["AWS_ENDPOINT_URL": url])
        #expect(common.count == 1, "one event for S3, SQS and STS")
        #expect(common.allSatisfy { $0.contains("\"setting\": AWS_ENDPOINT_URL") })
        let single = try await warnings([
            "AWS_ENDPOINT_URL_SQS": url, "AWS_ENDPOINT_URL": "https://example.com",
        ])
        #expect(single.count == 1)
        #expect(single.allSatisfy { $0.contains("\"setting\": AWS_ENDPOINT_URL_SQS") })
        let config = try TemporaryFile("[default]\nendpoint_url = \(url)\n")
        let profile = try await warnings(["AWS_CONFIG_FILE": config.path])
        #expect(profile.count == 1)
        #expect(profile.allSatisfy { $0.contains("\"setting\": endpoint_url of the profile") })
    }

    @Test(arguments: [
        "https://s3.example.com", "http://localhost:9000", "http://LOCALHOST", "http://127.0.0.1:9000",
        "http://127.9.9.9",
        "http://[::1]:9000", "http://[0:0:0:0:0:0:0:1]",
    ])
    func `https and loopback addresses are not logged`(_ url: String) async throws {
        #expect(try await warnings(["AWS_ENDPOINT_URL": url]).isEmpty)
    }

    @Test func `the URL of each queue with http is logged with its setting`() async throws {
        let vpc = "http://vpce-1-2.sqs.eu-west-1.vpce.amazonaws.com/1/q"
        let found = try await warnings(queues: [
            "queue.url": vpc, "queue.deadLetterURL": "http://sqs.example.com:9324/1/q",
        ])
        #expect(found.count == 2)
        #expect(found.contains { $0.contains("\"setting\": queue.url") && $0.contains("vpce-1-2") })
        #expect(
            found.contains {
                $0.contains("\"setting\": queue.deadLetterURL") && $0.contains("example.com:9324")
            })
        // The requests for such a queue are sent to the https endpoint of AWS.
        #expect(
            try await warnings(queues: ["queue.url": Self.queue.replacing("https", with: "http")]).isEmpty)
    }

    @Test(arguments: [("AWS_ENDPOINT_URL_STS", true), ("AWS_ENDPOINT_URL", true), (nil, true), (nil, false)])
    func `a role is not assumed over http on another machine`(_ variable: String?, _ isRefused: Bool)
        async throws
    {
        let url = isRefused ? "http://sts.example.com" : "http://127.0.0.1:9"
        let token = try TemporaryFile("web-token")
        let config = try TemporaryFile(
            """
            [profile chained]
            role_arn = arn:aws:iam::1:role/r
            credential_source = Environment
            [profile web]
            role_arn = arn:aws:iam::1:role/r
            web_identity_token_file = \(token.path)
            """)
        let web = ["AWS_ROLE_ARN": "arn:aws:iam::1:role/r", "AWS_WEB_IDENTITY_TOKEN_FILE": token.path]
        let keys = ["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s"]
        var bucket = AWSOptions()
        bucket.buckets["b"] = BucketOptions()
        bucket.buckets["b"]?.roleARN = "arn:aws:iam::1:role/r"
        for (var environment, var options, kind) in [
            (web, AWSOptions(), CredentialKind.automatic), (["AWS_PROFILE": "web"], AWSOptions(), .automatic),
            (keys.merging(["AWS_PROFILE": "chained"]) { $1 }, AWSOptions(), .profile),
            (keys, bucket, .automatic),
        ] {
            if let variable { environment[variable] = url } else { options.endpoints.sts = url }
            environment["AWS_CONFIG_FILE"] = config.path
            let transport = ScriptedTransport([])
            func open() async throws {
                _ = try await CredentialHarness(
                    environment, kind: kind, options: options, transport: transport)
            }
            guard isRefused else {
                try await open()
                continue
            }
            let error = try await awsError { try await open() }
            #expect(error.kind == .configuration)
            #expect(error.operation == variable ?? "aws.endpoints.sts")
            #expect(error.message.contains(url))
        }
    }

    @Test(arguments: [
        ("http://imds.example.com", false), ("http://169.254.169.253", false),
        ("http://169.254.170.2", false),
        ("https://imds.example.com", true), ("http://169.254.169.254", true),
        ("http://[fd00:ec2::254]", true),
        ("http://127.0.0.1:1338", true),
    ])
    func `an instance's credentials are read over http from this machine or link-local addresses only`(
        _ endpoint: String, _ isAllowed: Bool
    ) async throws {
        let transport = ScriptedTransport([.respond(403)])
        let harness = try await CredentialHarness(
            ["AWS_EC2_METADATA_SERVICE_ENDPOINT": endpoint], transport: transport)
        let error = try await awsError { try await harness.accessKeyID }
        #expect(transport.requests.isEmpty != isAllowed)
        #expect(error.message.contains("must be https for the host") != isAllowed)
    }

    @Test(arguments: [
        ("worker role", "worker%20role"), ("worker\nother", "worker"),
        ("\r\n worker \r\nother\r\n", "worker"),
        ("a+b=c,d@e.f-g_h", "a+b=c,d@e.f-g_h"), ("r\u{f6}le", "r%C3%B6le"), ("a/b", "a%2Fb"),
    ])
    func `the name of an instance's role is the first line, encoded as a path segment`(
        _ list: String, _ path: String
    ) async throws {
        let transport = ScriptedTransport([
            .respond(200, [:], "token"), .respond(200, [:], list), .respond(404),
        ])
        let harness = try await CredentialHarness(
            ["AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1"], transport: transport)
        _ = try await awsError { try await harness.accessKeyID }
        #expect(transport.requests.last?.url.path == "/latest/meta-data/iam/security-credentials/" + path)
    }
}
