// SPDX-License-Identifier: Apache-2.0

import SigV4
import Support
import Testing

struct SecretTests {
    @Test func `printing, dumping and reflecting credentials and signing keys shows no secret`() {
        let credentials = SigningCredentials(
            accessKeyID: "AKIDEXAMPLE", secretAccessKey: Secret("a-secret-key"),
            sessionToken: Secret("a-token"))
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
}
