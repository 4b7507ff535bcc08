// SPDX-License-Identifier: Apache-2.0

import AWS
import HTTP
import Scripted
import Testing

struct BucketRegionsTests {
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
    func `a redirect leads to the other region, once and for later requests`(
        _ redirect: ScriptedTransport.Step
    ) async throws {
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

    @Test func `HeadBucket finds the region when the redirect does not name it`() async throws {
        let harness = try await AWSHarness([
            .respond(301, [:], "<Error><Code>PermanentRedirect</Code></Error>"),
            .respond(403, ["x-amz-bucket-region": "us-west-2"]), Self.ok,
        ])
        _ = try await harness.s3.get(.picture, maximumBytes: 10)
        #expect(harness.transport.requests.map(\.method) == [.get, .head, .get])
        #expect(harness.transport.requests[1].url.path == "/")
        harness.expectPlayed()
    }

    @Test func `a redirected call has one deadline in all`() async throws {
        var options = AWSOptions()
        options.timeouts.attemptSeconds = 60
        options.timeouts.totalSeconds = 70
        let harness = try await AWSHarness([], options: options)
        let clock = harness.clock
        harness.transport.add([
            .init { _ in
                clock.advance(.seconds(40))
                return Response(status: 301, headers: ["x-amz-request-id": "R"])
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

    @Test func `a redirected HEAD is recognized by its header`() async throws {
        let harness = try await AWSHarness([.respond(400, ["x-amz-bucket-region": "us-west-2"]), Self.ok])
        _ = try await harness.s3.head(.picture)
        harness.expectPlayed()
    }

    @Test func `a second redirect is an error`() async throws {
        let harness = try await AWSHarness([
            .respond(301, ["x-amz-bucket-region": "us-west-2"]),
            .respond(301, ["x-amz-bucket-region": "us-west-1"]),
        ])
        let error = try await awsError { try await harness.s3.get(.picture, maximumBytes: 10) }
        #expect(error.status == 301)
        harness.expectPlayed()
    }

    @Test func `a redirect to an invalid region is not followed`() async throws {
        let harness = try await AWSHarness([.respond(301, ["x-amz-bucket-region": "x.evil.com/"])])
        _ = try await awsError { try await harness.s3.get(.picture, maximumBytes: 10) }
        harness.expectPlayed()
    }
}
