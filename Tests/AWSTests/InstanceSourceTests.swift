// SPDX-License-Identifier: Apache-2.0

import AWS
import Curl
import Foundation
import HTTP
import Scripted
import SigV4
import Support
import Testing

@Suite(.timeLimit(.minutes(1)))
struct InstanceSourceTests {
    static let start = 1_700_000_000.0

    func harness(
        _ service: InstanceService, _ more: [String: String] = [:]
    ) async throws -> CredentialHarness {
        try await CredentialHarness(
            ["AWS_EC2_METADATA_SERVICE_ENDPOINT": service.base].merging(more) { $1 })
    }

    @Test func `credentials are read with a token and the name of the role, over IPv4 and IPv6`() async throws
    {
        for family in [LoopbackServer.Family.ipv4, .ipv6] {
            let service = try InstanceService(on: family, expiration: Self.start + 6 * 3600)
            let harness = try await harness(service)
            let credentials = try await harness.session.credentials.credentials()
            #expect(credentials.signing.accessKeyID == "ASIAINSTANCE1")
            #expect(credentials.signing.sessionToken?.revealed == "session-1")
            #expect(credentials.expiration == Self.start + 6 * 3600)
            #expect(
                service.received.map { "\($0.method) \($0.target)" } == [
                    "PUT /latest/api/token", "GET /latest/meta-data/iam/security-credentials/",
                    "GET /latest/meta-data/iam/security-credentials/worker-role",
                ])
            #expect(service.state.withLock { $0.withoutToken } == 0)
        }
    }

    @Test func `version 1 is not used when version 2 is unavailable`() async throws {
        let service = try InstanceService(expiration: Self.start + 3600)
        service.change { $0.behavior = .versionOneOnly }
        let harness = try await harness(service)
        let error = try await awsError { try await harness.accessKeyID }
        #expect(error.kind == .noCredentials)
        #expect(error.message.contains("version 2 is not available"))
        #expect(service.received.allSatisfy { $0.method == "PUT" })
    }

    @Test func `a token request without response names the hop limit`() async throws {
        let service = try InstanceService(expiration: Self.start + 3600)
        service.change { $0.behavior = .silent }
        let harness = try await harness(
            service, ["AWS_METADATA_SERVICE_TIMEOUT": "0.1", "AWS_METADATA_SERVICE_NUM_ATTEMPTS": "2"])
        let error = try await awsError { try await harness.accessKeyID }
        #expect(error.message.contains("hop limit must be 2"))
        #expect(service.received.count == 2)
    }

    @Test func `a refused token is renewed once`() async throws {
        let service = try InstanceService(expiration: Self.start + 3600)
        let harness = try await harness(service)
        service.change { $0.invalidations = 1 }
        #expect(try await harness.accessKeyID == "ASIAINSTANCE1")
        #expect(service.received.map(\.method) == ["PUT", "GET", "PUT", "GET", "GET"])
        service.change { $0.invalidations = 10 }
        harness.clock.advance(.seconds(3000))
        #expect(try await harness.accessKeyID == "ASIAINSTANCE1")
    }

    @Test(arguments: [
        (InstanceService.Behavior.failedWith200, "AssumeRoleUnauthorizedAccess"),
        (.switchedOff, "switched off"),
        (.withoutRole, "no role is attached"), (.failing, "status 503"), (.withoutToken, "has no token"),
        (.withoutExpiration, "has no expiration"),
    ])
    func `an error of the metadata service says what is wrong`(
        _ behavior: InstanceService.Behavior, _ reason: String
    ) async throws {
        let service = try InstanceService(expiration: Self.start + 3600)
        service.change { $0.behavior = behavior }
        let harness = try await harness(service)
        let error = try await awsError { try await harness.accessKeyID }
        #expect(error.kind == .noCredentials)
        #expect(error.description.contains(reason))
    }

    @Test(arguments: [InstanceService.Behavior.failing, .failedWith200, .switchedOff, .withoutToken])
    func `credentials are used beyond their expiration while the metadata service fails`(
        _ behavior: InstanceService.Behavior
    ) async throws {
        let service = try InstanceService(expiration: Self.start + 3600)
        let harness = try await harness(service)
        #expect(try await harness.accessKeyID == "ASIAINSTANCE1")
        service.change { $0.behavior = behavior }
        for _ in 0..<20 {
            harness.clock.advance(.seconds(600))
            #expect(try await harness.accessKeyID == "ASIAINSTANCE1")
        }
        #expect(harness.log.lines.contains { $0.hasPrefix("warning expired credentials remain in use") })
        service.change {
            $0.behavior = .healthy
            $0.generation = 2
            $0.expiration = Self.start + 10 * 3600
        }
        harness.clock.advance(.seconds(1500))
        #expect(try await harness.keys(otherThan: "ASIAINSTANCE1") == "ASIAINSTANCE2")
    }

    @Test func `expired credentials of the metadata service are used`() async throws {
        let service = try InstanceService(expiration: Self.start + 3600)
        let harness = try await harness(service)
        _ = try await harness.accessKeyID
        service.change { $0.generation = 2 }
        harness.clock.advance(.seconds(4000))
        #expect(try await harness.accessKeyID == "ASIAINSTANCE2")
    }

    @Test func `the metadata service supplies the region when nothing else does`() async throws {
        let service = try InstanceService(expiration: Self.start + 3600)
        let host = HostEnvironment(
            environment: ["AWS_EC2_METADATA_SERVICE_ENDPOINT": service.base], homeDirectory: nil,
            clock: VirtualClock())
        let session = try await AWSSession(
            AWSOptions(), queueURL: nil, transport: try CurlTransport(), host: host,
            logger: LogRecorder().logger)
        #expect(session.region.name == "ap-south-1")
    }

    @Test(arguments: [
        ("nan", 1.0), ("inf", 1), ("-inf", 1), ("-3", 1), ("0", 1), ("soon", 1), ("1e300", 60), ("2.5", 2.5),
    ])
    func `AWS_METADATA_SERVICE_TIMEOUT sets the timeout, and invalid values are ignored`(
        _ text: String, _ seconds: Double
    ) async throws {
        let transport = ScriptedTransport([.respond(403)])
        let harness = try await CredentialHarness(
            ["AWS_EC2_METADATA_SERVICE_ENDPOINT": "http://127.0.0.1", "AWS_METADATA_SERVICE_TIMEOUT": text],
            transport: transport)
        _ = try await awsError { try await harness.accessKeyID }
        #expect(transport.requests.first?.limits.total == .seconds(seconds))
    }

    @Test(arguments: [(nil, "http://169.254.169.254"), ("IPv6", "http://[fd00:ec2::254]")])
    func `the documented addresses are used, and never through a proxy`(
        _ mode: String?, _ base: String
    ) async throws {
        let transport = ScriptedTransport([.respond(403)])
        var environment = ["AWS_REGION": "eu-west-1"]
        environment["AWS_EC2_METADATA_SERVICE_ENDPOINT_MODE"] = mode
        let session = try await AWSSession(
            AWSOptions(), queueURL: nil, transport: transport,
            host: HostEnvironment(
                environment: environment, homeDirectory: nil, clock: VirtualClock()),
            logger: LogRecorder().logger)
        _ = try await awsError { try await session.credentials.credentials() }
        let request = try #require(transport.requests.first)
        #expect(request.url.rendered == "\(base)/latest/api/token")
        #expect(request.routing.bypassProxy)
        #expect(request.limits.total <= .seconds(2))
    }
}
