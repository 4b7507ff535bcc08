// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import HTTP
import Scripted
import Support
import Testing

struct EndpointsTests {
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

    @Test func `endpoints are those of botocore's rules for every region, flag and bucket`() async throws {
        let file = Foundation.URL(filePath: #filePath).deletingLastPathComponent()
            .appending(path: "Endpoints/endpoints.jsonl")
        let lines = try Data(contentsOf: file).split(separator: UInt8(ascii: "\n"))
        #expect(lines.count == 457)
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
            // The signature is for the region in the ARN of an access point, and for all those of a multi-region one.
            let arn = (expected.bucket ?? "").split(separator: ":", omittingEmptySubsequences: false)
            let region = arn.count > 4 ? String(arn[3]) : expected.region
            let scope = region.isEmpty ? "/\(expected.service)/" : "/\(region)/\(expected.service)/"
            let authorization = request.headers["Authorization"] ?? ""
            #expect(authorization.contains(scope))
            #expect(authorization.hasPrefix(region.isEmpty ? "AWS4-ECDSA-P256-SHA256 " : "AWS4-HMAC-SHA256 "))
            #expect(request.headers["X-Amz-Region-Set"] == (region.isEmpty ? "*" : nil))
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
    func `a custom endpoint has the bucket in its host name where that is possible`(
        _ base: String, _ pathStyle: Bool, _ url: String
    ) async throws {
        var options = AWSOptions()
        options.endpoints.s3 = base
        options.endpoints.pathStyle = pathStyle
        let harness = try await AWSHarness([.respond(404)], options: options)
        _ = try? await harness.s3.head(.init(bucket: "pictures", key: "k"))
        #expect(harness.transport.requests.first?.url.rendered == url)
    }

    /// The URLs are those of botocore's rules.
    @Test(arguments: [
        ("http://s3.example.com", "http://my.pictures.s3.example.com/k"),
        ("https://s3.example.com", "https://s3.example.com/my.pictures/k"),
        ("https://example.com/store/", "https://example.com/store/my.pictures/k"),
        (
            "https://bucket.vpce-1-2.s3.eu-west-1.vpce.amazonaws.com",
            "https://bucket.vpce-1-2.s3.eu-west-1.vpce.amazonaws.com/my.pictures/k"
        ),
    ])
    func `a bucket with dots is in the host name only where no certificate is needed`(
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
    func `the queue's URL decides about region and endpoint of SQS`(
        _ queue: String, _ region: String, _ url: String
    ) async throws {
        let transport = ScriptedTransport([.respond(404)])
        var options = AWSOptions()
        // A queue of another server must not lead to a request to AWS's STS.
        options.logIdentity = queue.hasPrefix("http:")
        let session = try await AWSSession(
            options, queueURL: queue, transport: transport,
            host: HostEnvironment(
                environment: [
                    "AWS_ACCESS_KEY_ID": "A", "AWS_SECRET_ACCESS_KEY": "s", "AWS_REGION": "eu-west-1",
                ],
                homeDirectory: nil, clock: VirtualClock()),
            logger: LogRecorder().logger)
        _ = try? await session.sqs(queueURL: queue).attributes()
        #expect(session.region.name == region)
        #expect(transport.requests.first?.url.rendered == url)
    }

    @Test func `a queue keeps the region of its URL when the configured region is another one`() async throws
    {
        var options = AWSOptions()
        options.region = "us-west-2"
        let harness = try await AWSHarness(
            [.respond(404, ["x-amzn-RequestId": "R"]), .respond(404)], options: options)
        _ = try? await harness.sqs.attributes()
        _ = try? await harness.s3.head(.picture)
        let requests = harness.transport.requests
        #expect(
            requests.map(\.url.host) == [
                "sqs.eu-west-1.amazonaws.com", "pictures.s3.us-west-2.amazonaws.com",
            ])
        #expect(requests[0].headers["Authorization"]?.contains("/eu-west-1/sqs/") == true)
    }

    @Test(arguments: [
        "", "EU-WEST-1", "eu west", "-a", "a-", String(repeating: "a", count: 64), "eu-west-1.evil.com",
    ])
    func `an invalid name of a region is refused`(_ name: String) {
        #expect(Region(name) == nil)
    }
}
