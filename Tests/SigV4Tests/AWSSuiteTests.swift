// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTP
import SigV4
import Support
import Testing

/// The signing suite that AWS publishes, which is not part of this repository: where `AWSSuite.folder` has it, its
/// cases are checked in addition to those of `BotocoreTests`, which cover the same rules.
struct AWSSuiteTests {
    @Test func `the signing suite is absent or complete`() throws {
        #expect([0, 34].contains(try AWSSuite.cases().count))
    }

    @Test func `each step of every case of the signing suite has the published value`() throws {
        for each in try AWSSuite.cases() { try check(each) }
    }

    private func check(_ it: AWSSuite.Case) throws {
        let request = try it.request()
        // One case has a session token that its request does not contain, but its canonical request does.
        let token = try it.text("creq").split(separator: "\n")
            .first { $0.hasPrefix("x-amz-security-token:") }?.split(separator: ":").last.map(String.init)
        let credentials = SigningCredentials(
            accessKeyID: "AKIDEXAMPLE", secretAccessKey: Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"),
            sessionToken: token.map(Secret.init))
        // 2015-08-30T12:36:00Z
        let time = CivilTime(secondsSinceEpoch: 1_440_938_160)
        let scope = SigningScope(time: time, region: "us-east-1", service: "service")
        let signed = Signer(region: "us-east-1", service: "service")
            .sign(request, with: credentials, at: time)
        let canonical = CanonicalRequest(
            signed, payload: PayloadHash(of: request.body), path: .normalizedAndEncodedTwice)
        let name = Comment(rawValue: it.stem)
        #expect(canonical.text == (try it.text("creq")), name)
        #expect(StringToSign(canonical, scope: scope).text == (try it.text("sts")), name)
        #expect(signed.headers["Authorization"] == (try it.text("authz")), name)
    }
}
