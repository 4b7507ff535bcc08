// SPDX-License-Identifier: Apache-2.0

import Digests
import Support

/// Step 3 of Signature Version 4: a key that is good for one day, one region and one service only.
package struct SigningKey: Sendable {
    private let bytes: [UInt8]

    package init(_ secret: Secret, scope: SigningScope) {
        var key = Array("AWS4\(secret.revealed)".utf8)
        for part in [scope.date, scope.region, scope.service, "aws4_request"] {
            key = HMACSHA256.authenticate(part, key: key)
        }
        bytes = key
    }

    /// Step 4: the signature, in lower-case hexadecimal digits.
    package func sign(_ string: StringToSign) -> String {
        Hex.encode(HMACSHA256.authenticate(string.text, key: bytes))
    }
}

extension SigningKey: CustomStringConvertible, CustomReflectable {
    package var description: String { "<secret>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
