// SPDX-License-Identifier: Apache-2.0

import Foundation
import HTTP
import SigV4
import Support
import Testing

/// Tests of Signature Version 4A against awscrt.
struct AsymmetricSigningKeyTests {
    /// A line of the output of `Cases/asymmetric_cases.py`: a request, and the signature of awscrt for it.
    struct Case: Decodable, Sendable {
        var accessKeyID: String
        var secretAccessKey: String
        var sessionToken: String?
        var method: String
        var host: String
        var path: String
        var time: Int
        var headers: [[String]]
        var authorization: String
        var regionSet: String
    }

    private static func cases() throws -> [Case] {
        try Data(contentsOf: BotocoreCase.folder.appending(path: "asymmetric.jsonl"))
            .split(separator: UInt8(ascii: "\n")).map { try JSONDecoder().decode(Case.self, from: $0) }
    }

    @Test func `the key of the example has the public key of the test suite of aws-c-auth`() throws {
        // tests/aws-signing-test-suite/v4a/get-vanilla/public-key.json
        let key = try #require(
            AsymmetricSigningKey(
                Secret("wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY"), accessKeyID: "AKIDEXAMPLE"))
        #expect(
            Hex.encode(key.publicKey)
                == "04b6618f6a65740a99e650b33b6b4b5bd0d43b176d721a3edfea7e7d2d56d936b1"
                + "865ed22a7eadc9c5cb9d2cbaca1b3699139fedc5043dc6661864218330c8e518")
        #expect("\(key)" == "<secret>")
    }

    @Test func `signatures of awscrt are signatures of the same strings by the derived keys`() throws {
        let cases = try Self.cases()
        #expect(cases.count == 24)
        let keys = SigningKeys()
        for line in cases {
            let credentials = SigningCredentials(
                accessKeyID: line.accessKeyID, secretAccessKey: Secret(line.secretAccessKey),
                sessionToken: line.sessionToken.map(Secret.init))
            var request = Request(
                try #require(Request.Method(rawValue: line.method)),
                HTTP.URL(.https, host: line.host, path: line.path))
            for header in line.headers { request.headers.add(header[0], header[1]) }
            let time = CivilTime(secondsSinceEpoch: line.time)
            let signed = Signer.s3(regionSet: "*").sign(request, with: credentials, at: time, keys: keys)
            let key = try #require(
                AsymmetricSigningKey(credentials.secretAccessKey, accessKeyID: line.accessKeyID))
            let string = StringToSign(
                CanonicalRequest(signed, payload: .empty, path: .asSent),
                scope: SigningScope(time: time, region: nil, service: "s3"))
            #expect(signed.headers["X-Amz-Region-Set"] == line.regionSet)
            // The parts before the signature are the same, and both signatures are valid.
            let separator = "Signature="
            let theirs = line.authorization.split(separator: separator, maxSplits: 1)
            let ours = (signed.headers["Authorization"] ?? "").split(separator: separator, maxSplits: 1)
            #expect(ours.first == theirs.first)
            #expect(key.isSignature(String(theirs[1]), of: string), "\(line)")
            #expect(key.isSignature(String(ours[1]), of: string))
            var other = string
            other = StringToSign(
                CanonicalRequest(signed, payload: .empty, path: .asSent),
                scope: SigningScope(time: time, region: nil, service: "sqs"))
            #expect(!key.isSignature(String(theirs[1]), of: other))
        }
    }

    @Test func `a signature of Version 4 replaces one of Version 4A`() {
        let credentials = SigningCredentials(accessKeyID: "A", secretAccessKey: Secret("s"))
        let time = CivilTime(secondsSinceEpoch: 1000)
        let request = Request(.get, HTTP.URL(.https, host: "h"))
        let plain = Signer.s3(region: "eu-west-1")
        let twice = plain.sign(
            Signer.s3(regionSet: "*").sign(request, with: credentials, at: time), with: credentials, at: time)
        #expect(twice.headers == plain.sign(request, with: credentials, at: time).headers)
    }
}
