// SPDX-License-Identifier: Apache-2.0

import AWS
import HTTP
import Scripted
import Testing

/// Ceph RGW compares the `If-Match` of a PUT, quotation marks included, with the unquoted ETag.
struct ETagQuotingTests {
    private static let stored = ScriptedTransport.Step.respond(
        200, ["ETag": "\"5289df737df57326fcdd22597afb1fac\""])
    private static let refused = ScriptedTransport.Step.respond(412, ["x-amz-request-id": "R"])

    private static func found(_ eTag: String) -> ScriptedTransport.Step { .respond(200, ["ETag": eTag], "") }

    private func harness(_ steps: [ScriptedTransport.Step], endpoint: String?) async throws -> AWSHarness {
        var options = AWSOptions()
        options.endpoints.s3 = endpoint
        return try await AWSHarness(steps, options: options)
    }

    private func put(_ harness: S3Client, over eTag: String = "old") async throws {
        var options = PutOptions(contentType: "image/jpeg")
        options.ifMatch = eTag
        _ = try await harness.put([1, 2, 3], to: .picture, options: options)
    }

    @Test func `a store that refuses quoted ETags gets unquoted ones from then on`()
        async throws
    {
        let harness = try await harness(
            [Self.refused, Self.found("\"old\""), Self.stored, Self.stored],
            endpoint: "http://store.example:8080")
        let s3 = harness.s3
        try await put(s3)
        try await put(s3)
        #expect(harness.transport.requests.map(\.method) == [.put, .head, .put, .put])
        #expect(harness.transport.requests.map { $0.headers["If-Match"] } == ["\"old\"", nil, "old", "old"])
        harness.expectPlayed()
    }

    @Test func `a condition on another ETag fails without a second attempt`() async throws {
        let harness = try await harness(
            [Self.refused, Self.found("\"other\"")], endpoint: "http://store.example:8080")
        let error = try await awsError { try await put(harness.s3) }
        #expect(error.kind == .preconditionFailed)
        harness.expectPlayed()
    }

    @Test func `both uploads and the HEAD between them share one deadline`() async throws {
        let harness = try await harness([], endpoint: "http://store.example:8080")
        let clock = harness.clock
        func after(_ seconds: Int, _ response: Response) -> ScriptedTransport.Step {
            .init { _ in
                clock.advance(.seconds(seconds))
                return response
            }
        }
        harness.transport.add([
            after(80, Response(status: 412, headers: ["x-amz-request-id": "R"])),
            after(10, Response(status: 200, headers: ["ETag": "\"old\""])),
            Self.stored,
        ])
        try await put(harness.s3)
        #expect(harness.transport.requests.map(\.limits.total) == [.seconds(60), .seconds(40), .seconds(30)])
        harness.expectPlayed()
    }

    @Test func `AWS always gets a quoted ETag`() async throws {
        let harness = try await harness([Self.refused], endpoint: nil)
        let error = try await awsError { try await put(harness.s3) }
        #expect(error.kind == .preconditionFailed)
        #expect(harness.transport.requests.first?.headers["If-Match"] == "\"old\"")
        harness.expectPlayed()
    }
}
