// SPDX-License-Identifier: Apache-2.0

import AWS
import HTTP
import Scripted
import Support
import Testing

struct AWSOptionsTests {
    @Test func `endpoint options come from the environment, else from the profile`() async throws {
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
                logger: LogRecorder().logger)
            _ = try? await session.s3().head(.init(bucket: "pictures", key: "k"))
            return (session, transport)
        }
        let conflict = try await awsError { try await session([:]) }
        #expect(conflict.kind == .configuration, "a custom endpoint and dual stack exclude each other")
        let (ignoring, first) = try await session(["AWS_IGNORE_CONFIGURED_ENDPOINT_URLS": "true"])
        #expect(ignoring.region.name == "ap-south-1")
        #expect(
            first.requests.first?.url.host == "pictures.s3.dualstack.ap-south-1.amazonaws.com")
        let (_, second) = try await session([
            "AWS_ENDPOINT_URL_S3": "http://127.0.0.1:9", "AWS_USE_DUALSTACK_ENDPOINT": "false",
        ])
        #expect(second.requests.first?.url.authority == "127.0.0.1:9")
    }

    @Test(
        arguments: [
            (nil, ["AWS_MAX_ATTEMPTS": "5"], 5), (2, ["AWS_MAX_ATTEMPTS": "5"], 2), (nil, [:], 3),
            (nil, ["AWS_RETRY_MODE": "adaptive", "AWS_MAX_ATTEMPTS": "1"], 1),
        ] as [(Int?, [String: String], Int)])
    func `maxAttempts comes from the options, else from the environment`(
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
            logger: LogRecorder().logger)
        let error = try await awsError { try await session.s3().get(.picture, maximumBytes: 1) }
        #expect(error.attempts == expected)
        #expect(transport.unplannedRequests == 0)
    }

    @Test(arguments: [["AWS_MAX_ATTEMPTS": "many"], ["AWS_MAX_ATTEMPTS": "0"], ["AWS_RETRY_MODE": "never"]])
    func `an invalid value in the environment is an error that names the variable`(_ more: [String: String])
        async throws
    {
        let environment = ["AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "eu-west-1"]
        let error = try await awsError {
            try await AWSSession(
                AWSOptions(), queueURL: nil, transport: ScriptedTransport([]),
                host: HostEnvironment(
                    environment: environment.merging(more) { $1 }, homeDirectory: nil),
                logger: LogRecorder().logger)
        }
        #expect(error.kind == .configuration)
        #expect(error.description.contains(more.keys.first ?? "?"))
    }

    @Test func `all invalid options are reported`() {
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
