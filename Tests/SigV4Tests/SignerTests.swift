// SPDX-License-Identifier: Apache-2.0

import HTTP
import SigV4
import Support
import Testing

struct SignerTests {
    let credentials = SigningCredentials(
        accessKeyID: "AKIDEXAMPLE", secretAccessKey: Secret("a-secret-key"), sessionToken: Secret("a-token"))
    let request = Request(.get, URL(.https, host: "b.s3.eu-west-1.amazonaws.com", path: "/a"))

    @Test func `signing a signed request replaces its signature, so that a retry is signed anew`() {
        let signer = Signer.s3(region: "eu-west-1")
        let once = signer.sign(request, with: credentials, at: CivilTime(secondsSinceEpoch: 1000))
        let again = signer.sign(once, with: credentials, at: CivilTime(secondsSinceEpoch: 2000))
        let directly = signer.sign(request, with: credentials, at: CivilTime(secondsSinceEpoch: 2000))
        #expect(again.headers == directly.headers)
        #expect(once.headers["Authorization"] != again.headers["Authorization"])
    }

    @Test func `credentials without a token remove the token of the earlier signature`() {
        let signer = Signer.s3(region: "eu-west-1")
        let time = CivilTime(secondsSinceEpoch: 1000)
        var plain = credentials
        plain.sessionToken = nil
        let signed = signer.sign(
            signer.sign(request, with: credentials, at: time), with: plain, at: time)
        #expect(signed.headers["X-Amz-Security-Token"] == nil)
    }

    @Test func `a request to S3 has the payload hash in a header, and a request to SQS has none`() {
        let time = CivilTime(secondsSinceEpoch: 1000)
        let s3 = Signer.s3(region: "eu-west-1").sign(request, with: credentials, at: time)
        #expect(s3.headers["X-Amz-Content-Sha256"] == PayloadHash.empty.text)
        let sqs = Signer(region: "eu-west-1", service: "sqs").sign(request, with: credentials, at: time)
        #expect(sqs.headers["X-Amz-Content-Sha256"] == nil)
    }
}
