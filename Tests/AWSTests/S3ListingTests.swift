// SPDX-License-Identifier: Apache-2.0

import AWS
import HTTP
import Scripted
import Testing

struct S3ListingTests {
    /// Returns the response with the keys, each of which has the same other elements.
    private static func page(
        _ keys: [String], encoded: Bool = true, more: Bool = false
    ) -> ScriptedTransport.Step {
        let contents = keys.map { key in
            """
            <Contents><Key>\(key)</Key><LastModified>2026-11-28T12:00:00.000Z</LastModified>\
            <ETag>&quot;abc-2&quot;</ETag><Size>77</Size><StorageClass>STANDARD</StorageClass></Contents>
            """
        }.joined()
        return .respond(
            200, ["x-amz-request-id": "R"],
            """
            <?xml version="1.0"?><ListBucketResult xmlns="http://s3.amazonaws.com/doc/2006-03-01/">\
            <Name>pictures</Name>\(encoded ? "<EncodingType>url</EncodingType>" : "")\
            <IsTruncated>\(more)</IsTruncated>\(contents)</ListBucketResult>
            """)
    }

    @Test func `a page has the decoded keys, the ETags, the sizes and the times`() async throws {
        let harness = try await AWSHarness([Self.page(["a%2Bb+c%0A.jpg", "%C3%BC.jpg"], more: true)])
        let page = try await harness.s3.list("pictures", prefix: "", after: "a b", limit: 10)
        #expect(page.objects.map(\.key) == ["a+b c\n.jpg", "ü.jpg"] && !page.isLast)
        #expect(
            page.objects[0]
                == ListedObject(key: "a+b c\n.jpg", eTag: "abc-2", size: 77, modified: 1_795_867_200))
        let request = try #require(harness.transport.requests.first)
        let parameters = request.url.query.map { "\($0.name)=\($0.value)" }
        #expect(
            Set(parameters) == ["list-type=2", "max-keys=10", "encoding-type=url", "start-after=a b"])
        harness.expectPlayed()
    }

    @Test func `the keys of a store that does not encode them are unchanged`() async throws {
        let harness = try await AWSHarness([Self.page(["a%2Bb+c.jpg"], encoded: false)])
        let page = try await harness.s3.list("pictures")
        #expect(page.objects.map(\.key) == ["a%2Bb+c.jpg"] && page.isLast)
    }

    @Test(arguments: [
        (["b", "a"], "", nil), (["a", "a"], "", nil), (["a"], "b", nil), (["a"], "", "a"), (["a"], "", "b"),
        (["\u{FFFD}", "\u{10000}", "\u{E000}"], "", nil),
    ])
    func `a page is refused whose keys are not in order or not those of the request`(
        _ keys: [String], _ prefix: String, _ after: String?
    ) async throws {
        let page = Self.page(keys, encoded: false)
        let harness = try await AWSHarness([page, page, page])
        let error = try await awsError {
            try await harness.s3.list("pictures", prefix: prefix, after: after)
        }
        #expect(error.kind == .malformedResponse && error.message.contains("key"))
    }

    @Test(arguments: [
        "<html><body>Maintenance</body></html>", "", "<ListBucketResult/>",
        "<ListBucketResult><IsTruncated>true</IsTruncated></ListBucketResult>",
        "<ListBucketResult><IsTruncated>false</IsTruncated><Contents/></ListBucketResult>",
    ])
    func `a response that is no page is requested again`(_ body: String) async throws {
        let harness = try await AWSHarness([.respond(200, [:], body), Self.page(["a"])])
        #expect(try await harness.s3.list("pictures").objects.map(\.key) == ["a"])
        harness.expectPlayed()
    }

    @Test func `a page of a thousand objects with all elements is read`() async throws {
        let keys = (1000..<2000).map { "k\($0)" }
        let harness = try await AWSHarness([Self.page(keys)])
        #expect(try await harness.s3.list("pictures").objects.map(\.key) == keys)
    }
}
