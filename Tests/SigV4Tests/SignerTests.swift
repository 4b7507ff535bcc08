// SPDX-License-Identifier: Apache-2.0

import HTTP
import SigV4
import Support
import Testing

@Suite struct `The signer` {
    let credentials = SigningCredentials(
        accessKeyID: "AKIDEXAMPLE", secretAccessKey: Secret("a-secret-key"), sessionToken: Secret("a-token"))
    let request = Request(.get, URL(.https, host: "b.s3.eu-west-1.amazonaws.com", path: "/a"))

    @Test func `kept keys sign as fresh ones, whatever day, region, service or secret comes next`() {
        let keys = SigningKeys()
        let request = Request(.get, URL(.https, host: "h.example", path: "/x"))
        for round in 0..<3 {
            for (secret, region, service, day) in [
                ("a", "eu-west-1", "s3", 0), ("a", "eu-west-1", "s3", 1), ("a", "eu-west-1", "sqs", 1),
                ("a", "eu-north-1", "sqs", 1), ("b", "eu-north-1", "sqs", 1), ("a", "eu-west-1", "s3", round),
            ] {
                let credentials = SigningCredentials(accessKeyID: "A", secretAccessKey: Secret(secret))
                let signer = Signer(region: region, service: service)
                let time = CivilTime(secondsSinceEpoch: 86_400 * day + round)
                let fresh = signer.sign(request, with: credentials, at: time)
                let kept = signer.sign(request, with: credentials, at: time, keys: keys)
                #expect(kept.headers["Authorization"] == fresh.headers["Authorization"])
            }
        }
    }

    @Test func `signing again replaces the earlier signature, so that a retry is signed anew`() {
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

    @Test func `S3 sends the payload's hash, others do not`() {
        let time = CivilTime(secondsSinceEpoch: 1000)
        let s3 = Signer.s3(region: "eu-west-1").sign(request, with: credentials, at: time)
        #expect(s3.headers["X-Amz-Content-Sha256"] == PayloadHash.empty.text)
        let sqs = Signer(region: "eu-west-1", service: "sqs").sign(request, with: credentials, at: time)
        #expect(sqs.headers["X-Amz-Content-Sha256"] == nil)
    }

    @Test func `secrets cannot be printed, dumped or reflected`() {
        let key = SigningKey(
            credentials.secretAccessKey,
            scope: SigningScope(
                time: CivilTime(secondsSinceEpoch: 0), region: "eu-west-1", service: "s3"))
        var dumped = ""
        dump(credentials, to: &dumped)
        dump(key, to: &dumped)
        let seen =
            dumped + "\(credentials) \(String(reflecting: credentials)) \(key) \(String(reflecting: key))"
        #expect(!seen.contains("a-secret-key"))
        #expect(!seen.contains("a-token"))
        #expect(seen.contains("AKIDEXAMPLE"))
    }

    @Test(arguments: [
        (0, "19700101T000000Z"), (951_782_400, "20000229T000000Z"), (1_440_938_160, "20150830T123600Z"),
        (4_107_542_399, "21000228T235959Z"), (4_107_542_400, "21000301T000000Z"),
        (253_402_300_799, "99991231T235959Z"),
    ])
    func `moments have their date`(_ seconds: Int, _ stamp: String) {
        #expect(CivilTime(secondsSinceEpoch: seconds).basicFormat == stamp)
    }

    @Test func `moments outside the years 1970 to 9999 do not trap`() {
        #expect(CivilTime(secondsSinceEpoch: .min).basicFormat == "19700101T000000Z")
        #expect(CivilTime(secondsSinceEpoch: .max).basicFormat == "99991231T235959Z")
    }
}
