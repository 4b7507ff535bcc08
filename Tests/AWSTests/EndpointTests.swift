// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import HTTP
import Scripted
import Support
import Testing

@Suite struct `Endpoints` {
    /// A line of `Endpoints/botocore_endpoints.py`.
    struct Expected: Decodable {
        var service: String
        var region: String
        var fips: Bool
        var dualStack: Bool
        var bucket: String?
        var pathStyle: Bool
        var url: String
    }

    @Test func `are those of botocore's rules for every region, flag and bucket`() async throws {
        let file = Foundation.URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Endpoints/endpoints.jsonl")
        let lines = try Data(contentsOf: file).split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == 424)
        for line in lines {
            let expected = try JSONDecoder().decode(Expected.self, from: line)
            var options = AWSOptions()
            options.region = expected.region
            options.endpoints.fips = expected.fips
            options.endpoints.dualStack = expected.dualStack
            options.endpoints.pathStyle = expected.pathStyle
            let harness = try await AWSHarness(
                [.respond(404)], options: options, logIdentity: expected.service == "sts")
            switch expected.service {
            case "s3": _ = try? await harness.s3.head(.init(bucket: expected.bucket ?? "", key: "k"))
            case "sqs":
                let queue = "https://sqs.\(expected.region).amazonaws.com/1/q"
                _ = try? await harness.session.sqs(queueURL: queue).attributes()
            default:
                _ = try await harness.session.credentials.credentials()
                while harness.transport.requests.isEmpty { try await Task.sleep(for: .milliseconds(1)) }
            }
            let request = try #require(harness.transport.requests.first)
            #expect(request.url.rendered == expected.url + (expected.service == "s3" ? "/k" : "/"))
            #expect(
                request.headers["Authorization"]?.contains("/\(expected.region)/\(expected.service)/") == true
            )
        }
    }

    @Test(arguments: [
        ("http://127.0.0.1:9000", false, "http://127.0.0.1:9000/pictures/k"),
        ("http://[::1]:9000/", false, "http://[::1]:9000/pictures/k"),
        ("http://localhost:9000", false, "http://localhost:9000/pictures/k"),
        ("https://s3.example.com", false, "https://pictures.s3.example.com/k"),
        ("https://s3.example.com", true, "https://s3.example.com/pictures/k"),
        ("https://example.com/store/", true, "https://example.com/store/pictures/k"),
    ])
    func `of another server have the bucket in the host where that can be a name`(
        _ base: String, _ pathStyle: Bool, _ url: String
    ) async throws {
        var options = AWSOptions()
        options.endpoints.s3 = base
        options.endpoints.pathStyle = pathStyle
        let harness = try await AWSHarness([.respond(404)], options: options)
        _ = try? await harness.s3.head(.init(bucket: "pictures", key: "k"))
        #expect(harness.transport.requests.first?.url.rendered == url)
    }

    /// What botocore's rules give for these.
    @Test(arguments: [
        ("http://s3.example.com", "http://my.pictures.s3.example.com/k"),
        ("https://s3.example.com", "https://s3.example.com/my.pictures/k"),
        ("https://example.com/store/", "https://example.com/store/my.pictures/k"),
        (
            "https://bucket.vpce-1-2.s3.eu-west-1.vpce.amazonaws.com",
            "https://bucket.vpce-1-2.s3.eu-west-1.vpce.amazonaws.com/my.pictures/k"
        ),
    ])
    func `of another server have a dotted bucket in the host where no certificate must fit`(
        _ base: String, _ url: String
    ) async throws {
        var options = AWSOptions()
        options.endpoints.s3 = base
        let harness = try await AWSHarness([.respond(404)], options: options)
        _ = try? await harness.s3.head(.init(bucket: "my.pictures", key: "k"))
        #expect(harness.transport.requests.first?.url.rendered == url)
    }

    @Test(arguments: [
        (
            "https://sqs.eu-central-1.amazonaws.com/1/q", "eu-central-1",
            "https://sqs.eu-central-1.amazonaws.com/"
        ),
        (
            "https://eu-central-1.queue.amazonaws.com/1/q", "eu-central-1",
            "https://sqs.eu-central-1.amazonaws.com/"
        ),
        ("https://queue.amazonaws.com/1/q", "us-east-1", "https://sqs.us-east-1.amazonaws.com/"),
        (
            "https://sqs.cn-north-1.amazonaws.com.cn/1/q", "cn-north-1",
            "https://sqs.cn-north-1.amazonaws.com.cn/"
        ),
        (
            "https://vpce-1-2.sqs.us-east-2.vpce.amazonaws.com/1/q", "us-east-2",
            "https://vpce-1-2.sqs.us-east-2.vpce.amazonaws.com/"
        ),
        ("http://127.0.0.1:4566/000000000000/q", "eu-west-1", "http://127.0.0.1:4566/"),
    ])
    func `and region come from the queue's URL`(_ queue: String, _ region: String, _ url: String) async throws
    {
        let transport = ScriptedTransport([.respond(404)])
        var options = AWSOptions()
        // Nobody's own queue sends a question about the identity to AWS.
        options.logIdentity = queue.hasPrefix("http:")
        let session = try await AWSSession(
            options, queueURL: queue, transport: transport,
            host: HostEnvironment(
                environment: [
                    "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "eu-west-1",
                ],
                homeDirectory: nil, clock: VirtualClock()),
            logger: LogLines().logger)
        _ = try? await session.sqs(queueURL: queue).attributes()
        #expect(session.region.name == region)
        #expect(transport.requests.first?.url.rendered == url)
    }

    @Test func `of a queue stay in the queue's region when the objects are elsewhere`() async throws {
        var options = AWSOptions()
        options.region = "us-west-2"
        let harness = try await AWSHarness([.respond(404), .respond(404)], options: options)
        _ = try? await harness.sqs.attributes()
        _ = try? await harness.s3.head(.picture)
        let requests = harness.transport.requests
        #expect(
            requests.map(\.url.host) == [
                "sqs.eu-west-1.amazonaws.com", "pictures.s3.us-west-2.amazonaws.com",
            ])
        #expect(requests[0].headers["Authorization"]?.contains("/eu-west-1/sqs/") == true)
    }

    @Test func `and flags come from environment and profile, the environment first`() async throws {
        let config = try TemporaryFile(
            "[default]\nregion = ap-south-1\nendpoint_url = http://127.0.0.1:7\nuse_dualstack_endpoint = true\n"
        )
        func session(_ more: [String: String]) async throws -> (AWSSession, ScriptedTransport) {
            let transport = ScriptedTransport([.respond(404)])
            let environment = [
                "AWS_CONFIG_FILE": config.path, "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s",
            ]
            var options = AWSOptions()
            options.logIdentity = false
            let session = try await AWSSession(
                options, queueURL: nil, transport: transport,
                host: HostEnvironment(
                    environment: environment.merging(more) { $1 }, homeDirectory: nil, clock: VirtualClock()),
                logger: LogLines().logger)
            _ = try? await session.s3().head(.init(bucket: "pictures", key: "k"))
            return (session, transport)
        }
        let conflict = try await awsError { try await session([:]) }
        #expect(conflict.kind == .configuration, "an endpoint of one's own and dual stack exclude each other")
        let (ignoring, first) = try await session(["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"])
        #expect(ignoring.region.name == "ap-south-1")
        #expect(
            first.requests.first?.url.host == "pictures.s3.dualstack.ap-south-1.amazonaws.com")
        let (_, second) = try await session([
            "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9", "AWS_USE_DUALSTACK_ENDPOINT": "false",
        ])
        #expect(second.requests.first?.url.authority == "127.0.0.1:9")
    }

    @Test(arguments: [
        "", "EU-WEST-1", "eu west", "-a", "a-", String(repeating: "a", count: 64), "eu-west-1.evil.com",
    ])
    func `are never made of what cannot be a region`(_ name: String) {
        #expect(Region(name) == nil)
    }

    @Test(
        arguments: [
            (nil, ["AWS_MAX_ATTEMPTS": "5"], 5), (2, ["AWS_MAX_ATTEMPTS": "5"], 2), (nil, [:], 3),
            (nil, ["AWS_RETRY_MODE": "adaptive", "AWS_MAX_ATTEMPTS": "1"], 1),
        ] as [(Int?, [String: String], Int)])
    func `say how often a call is tried, the environment where they are silent`(
        _ configured: Int?, _ more: [String: String], _ expected: Int
    ) async throws {
        var options = AWSOptions()
        options.retries.maxAttempts = configured
        options.logIdentity = false
        let environment = ["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "eu-west-1"]
        let transport = ScriptedTransport(Array(repeating: .respond(500), count: expected))
        let session = try await AWSSession(
            options, queueURL: nil, transport: transport,
            host: HostEnvironment(
                environment: environment.merging(more) { $1 }, homeDirectory: nil, clock: VirtualClock()),
            logger: LogLines().logger)
        let error = try await awsError { try await session.s3().get(.picture, maximumBytes: 1) }
        #expect(error.attempts == expected)
        #expect(transport.unplannedRequests == 0)
    }

    @Test(arguments: [["AWS_MAX_ATTEMPTS": "many"], ["AWS_MAX_ATTEMPTS": "0"], ["AWS_RETRY_MODE": "never"]])
    func `are not completed by nonsense`(_ more: [String: String]) async throws {
        let environment = ["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "eu-west-1"]
        let error = try await awsError {
            try await AWSSession(
                AWSOptions(), queueURL: nil, transport: ScriptedTransport([]),
                host: HostEnvironment(
                    environment: environment.merging(more) { $1 }, homeDirectory: nil),
                logger: LogLines().logger)
        }
        #expect(error.kind == .configuration)
        #expect(error.description.contains(more.keys.first ?? "?"))
    }

    @Test func `are refused, and all that is wrong with the options is reported`() {
        var options = AWSOptions()
        options.region = "Nowhere!"
        options.endpoints.s3 = "ftp://x"
        options.endpoints.sqs = "http://user:secret@host"
        options.timeouts.connectSeconds = 0
        options.timeouts.totalSeconds = .infinity
        options.retries.maxAttempts = 0
        options.source.expectedOwner = "12"
        options.output.roleARN = "writer"
        #expect(
            options.problems().map(\.field) == [
                "region", "endpoints.s3", "endpoints.sqs", "timeouts.connectSeconds", "timeouts.totalSeconds",
                "retries.maxAttempts", "source.expectedOwner", "output.roleARN",
            ])
        #expect(AWSOptions().problems().isEmpty)
    }
}

@Suite struct `A bucket in another region` {
    static let ok = ScriptedTransport.Step.respond(200, ["ETag": "\"a\""], "x")

    func region(_ request: Request) -> String? {
        request.headers["Authorization"]?.split(separator: "/").dropFirst(2).first.map(String.init)
    }

    @Test(arguments: [
        ScriptedTransport.Step.respond(
            301, ["x-amz-bucket-region": "us-west-2"], "<Error><Code>PermanentRedirect</Code></Error>"),
        .respond(307, ["x-amz-bucket-region": "us-west-2", "Location": "http://evil.example/"]),
        .respond(
            400, [:], "<Error><Code>AuthorizationHeaderMalformed</Code><Region>us-west-2</Region></Error>"),
        .respond(
            400, ["x-amz-bucket-region": "us-west-2"],
            "<Error><Code>IllegalLocationConstraintException</Code></Error>"),
    ])
    func `is asked there, once, and from then on`(_ redirect: ScriptedTransport.Step) async throws {
        let harness = try await AWSHarness([redirect, Self.ok, Self.ok, Self.ok])
        let s3 = harness.s3
        _ = try await s3.get(.picture, maximumBytes: 10)
        _ = try await s3.get(.picture, maximumBytes: 10)
        _ = try await s3.get(ObjectReference(bucket: "others", key: "k"), maximumBytes: 10)
        let requests = harness.transport.requests
        #expect(requests.map(region) == ["eu-west-1", "us-west-2", "us-west-2", "eu-west-1"])
        #expect(requests[1].url.host == "pictures.s3.us-west-2.amazonaws.com")
        harness.expectPlayed()
    }

    @Test func `is looked for when the answer does not say where it is`() async throws {
        let harness = try await AWSHarness([
            .respond(301, [:], "<Error><Code>PermanentRedirect</Code></Error>"),
            .respond(403, ["x-amz-bucket-region": "us-west-2"]), Self.ok,
        ])
        _ = try await harness.s3.get(.picture, maximumBytes: 10)
        #expect(harness.transport.requests.map(\.method) == [.get, .head, .get])
        #expect(harness.transport.requests[1].url.path == "/")
        harness.expectPlayed()
    }

    @Test func `costs no more time than the deadline of one call`() async throws {
        var options = AWSOptions()
        options.timeouts.attemptSeconds = 60
        options.timeouts.totalSeconds = 70
        let harness = try await AWSHarness([], options: options)
        let clock = harness.clock
        harness.transport.add([
            .init { _ in
                clock.advance(.seconds(40))
                return Response(status: 301)
            },
            .init { _ in
                clock.advance(.seconds(20))
                return Response(status: 403, headers: ["x-amz-bucket-region": "us-west-2"])
            },
            .init { request throws(TransportError) in
                clock.advance(request.limits.total)
                throw TransportError(.timedOut, phase: .waiting, host: "h", elapsed: .zero, detail: "")
            },
        ])
        #expect(try await awsError { try await harness.s3.get(.picture, maximumBytes: 10) }.kind == .timedOut)
        #expect(harness.transport.requests.map(\.limits.total) == [.seconds(60), .seconds(30), .seconds(10)])
        #expect(clock.uptime() == .seconds(70))
        harness.expectPlayed()
    }

    @Test func `HEAD finds it by the header alone`() async throws {
        let harness = try await AWSHarness([.respond(400, ["x-amz-bucket-region": "us-west-2"]), Self.ok])
        _ = try await harness.s3.head(.picture)
        harness.expectPlayed()
    }

    @Test func `that is sent to and fro is an error`() async throws {
        let harness = try await AWSHarness([
            .respond(301, ["x-amz-bucket-region": "us-west-2"]),
            .respond(301, ["x-amz-bucket-region": "us-west-1"]),
        ])
        let error = try await awsError { try await harness.s3.get(.picture, maximumBytes: 10) }
        #expect(error.status == 301)
        harness.expectPlayed()
    }

    @Test func `a region that could be another host's name is not followed`() async throws {
        let harness = try await AWSHarness([.respond(301, ["x-amz-bucket-region": "x.evil.com/"])])
        _ = try await awsError { try await harness.s3.get(.picture, maximumBytes: 10) }
        harness.expectPlayed()
    }
}
