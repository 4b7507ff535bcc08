// SPDX-License-Identifier: Apache-2.0

import AWS
import HTTP
import Scripted
import Testing

struct S3DeletionTests {
    @Test(arguments: [(204, ""), (404, "<Error><Code>NoSuchKey</Code></Error>")])
    func `an object is deleted, or does not exist`(_ status: Int, _ body: String) async throws {
        let harness = try await AWSHarness([.respond(status, ["x-amz-request-id": "R"], body)])
        try await harness.s3.delete(.picture)
        let request = try #require(harness.transport.requests.first)
        #expect(request.method == .delete && request.url.path.hasSuffix("a/b.jpg"))
        harness.expectPlayed()
    }

    @Test(arguments: [(200, "<html>Maintenance</html>"), (202, ""), (204, "text")])
    func `a response that is not that of the store is requested again`(_ status: Int, _ body: String)
        async throws
    {
        let harness = try await AWSHarness([
            .respond(status, [:], body), .respond(204, ["x-amz-request-id": "R"], ""),
        ])
        try await harness.s3.delete(.picture)
        harness.expectPlayed()
    }

    @Test func `a deletion that is not permitted fails`() async throws {
        let harness = try await AWSHarness([
            .respond(403, ["x-amz-request-id": "R"], "<Error><Code>AccessDenied</Code></Error>")
        ])
        let error = try await awsError { try await harness.s3.delete(.picture) }
        #expect(error.kind == .accessDenied && error.operation == "DeleteObject")
    }
}
