// SPDX-License-Identifier: Apache-2.0

import AWS
import Foundation
import HTTP
import Scripted
import Testing

/// The parser of S3's error documents. No document may trap, hang or take unbounded memory.
struct XMLElementTests {
    static let bomb =
        "<!DOCTYPE x [<!ENTITY a \"aaaaaaaaaa\"><!ENTITY b \"&a;&a;&a;&a;&a;&a;&a;&a;\">]>"
        + "<Error><Code>&b;</Code></Error>"

    @Test(arguments: [
        "", "<", "<Error>", "<Error><Code>A</Error>", "<a/><b/>", bomb, "\u{0}",
        "<Error xmlns:x='y'><x:Code/></Error>",
        String(repeating: "<a>", count: 100_000),
        "<Error><Code>\u{FFFD}</Code><Message>\(String(repeating: "x", count: 100_000))</Message></Error>",
        "<Error><Code>\(String(repeating: "y", count: 100_000))</Code><RequestId>a\n\n</RequestId></Error>",
        "<?xml version=\"1.0\" encoding=\"UTF-16\"?><Error/>",
        "<!DOCTYPE x SYSTEM \"file:///etc/passwd\"><Error><Code>&x;</Code></Error>",
    ])
    func `malformed and hostile documents end as an error of bounded length`(_ body: String) async throws {
        let harness = try await AWSHarness([.respond(400, [:], body)])
        let error = try await awsError { try await harness.s3.get(.picture, maximumBytes: 10) }
        #expect(error.kind == .other)
        #expect(error.description.utf8.count < 2000)
        #expect(!error.description.contains("aaaaaaaaaaaaaaaaaaaa"))
    }

    @Test func `random documents end as an error`() async throws {
        var generator = SystemRandomNumberGenerator()
        for _ in 0..<300 {
            let alphabet = Array("<>/&;!?ErrorCode \"'=[]x".utf8)
            let count = Int(generator.next() % 200)
            let bytes = (0..<count).map { _ in alphabet[Int(generator.next() % UInt64(alphabet.count))] }
            let harness = try await AWSHarness([
                .init { _ throws(TransportError) in Response(status: 404, body: bytes) }
            ])
            _ = try await awsError { try await harness.s3.get(.picture, maximumBytes: 10) }
        }
    }
}
