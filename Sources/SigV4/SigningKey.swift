// SPDX-License-Identifier: Apache-2.0

import Digests
import Support

/// A signing key (IAM User Guide, "Create a signed AWS API request", step 4). The key is valid for one day, one region
/// and one service.
package struct SigningKey: Sendable {
    private let bytes: [UInt8]

    /// Derives the key from the secret access key: the HMAC-SHA-256 of each part of the credential scope in turn, with
    /// the previous HMAC as the key.
    package init(_ secret: Secret, scope: SigningScope) {
        var key = Array("AWS4\(secret.revealed)".utf8)
        for part in [scope.date, scope.region ?? "", scope.service, "aws4_request"] {
            key = HMACSHA256.authenticate(part, key: key)
        }
        bytes = key
    }

    /// Returns the signature of `string`, 64 lower-case hexadecimal digits (IAM User Guide, "Create a signed AWS API
    /// request", step 5).
    package func sign(_ string: StringToSign) -> String {
        Hex.encode(HMACSHA256.authenticate(string.text, key: bytes))
    }
}

extension SigningKey: CustomStringConvertible, CustomReflectable {
    package var description: String { "<secret>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
