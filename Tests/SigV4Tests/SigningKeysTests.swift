// SPDX-License-Identifier: Apache-2.0

import HTTP
import SigV4
import Support
import Testing

struct SigningKeysTests {
    @Test func `a cached key signs like a new one, whatever day, region, service or secret is next`() {
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
                let new = signer.sign(request, with: credentials, at: time)
                let cached = signer.sign(request, with: credentials, at: time, keys: keys)
                #expect(cached.headers["Authorization"] == new.headers["Authorization"])
            }
        }
    }
}
