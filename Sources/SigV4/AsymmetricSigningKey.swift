// SPDX-License-Identifier: Apache-2.0

import Digests
import Support

/// A signing key of Signature Version 4A, which is valid for every day, region and service.
package struct AsymmetricSigningKey: Sendable {
    private let key: P256PrivateKey

    /// The order of the curve P-256 less 2 (FIPS 186-5; SEC 2, 2.4.2), which is the highest candidate.
    private static let highest: [UInt8] = [
        0xFF, 0xFF, 0xFF, 0xFF, 0x00, 0x00, 0x00, 0x00, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xFF, 0xBC,
        0xE6, 0xFA, 0xAD, 0xA7, 0x17, 0x9E, 0x84, 0xF3, 0xB9, 0xCA, 0xC2, 0xFC, 0x63, 0x25, 0x4F,
    ]

    /// Derives the key from the secret access key and its id: the first of the numbers that HMAC-SHA-256 generates in
    /// counter mode (NIST SP 800-108) and that is not too high, plus 1. The algorithm is that of aws-c-auth
    /// (`key_derivation.c`).
    ///
    /// - Returns: nil when none of 254 numbers is usable, which happens with a probability below 2^-8000.
    package init?(_ secret: Secret, accessKeyID: String) {
        let inputKey = Array("AWS4A\(secret.revealed)".utf8)
        for counter in UInt8(1)...254 {
            let input: [UInt8] =
                [0, 0, 0, 1] + Array(SigningScope.asymmetricAlgorithm.utf8) + [0] + Array(accessKeyID.utf8)
                + [counter, 0, 0, 1, 0]
            var candidate = HMACSHA256.authenticate(input, key: inputKey)
            guard !Self.highest.lexicographicallyPrecedes(candidate) else { continue }
            for index in candidate.indices.reversed() {
                candidate[index] &+= 1
                if candidate[index] != 0 { break }
            }
            guard let key = P256PrivateKey(candidate) else { return nil }
            self.key = key
            return
        }
        return nil
    }

    /// The public key, an uncompressed point of 65 bytes, by which the service verifies signatures.
    package var publicKey: [UInt8] { key.publicKey }

    /// Returns a signature in lower-case hexadecimal digits. It differs from call to call.
    package func sign(_ string: StringToSign) -> String { Hex.encode(key.sign(string.text)) }

    /// Returns true when `signature`, in hexadecimal digits, is one of `string` by this key.
    package func isSignature(_ signature: String, of string: StringToSign) -> Bool {
        Hex.decode(signature).map { key.isSignature($0, of: string.text) } ?? false
    }
}

extension AsymmetricSigningKey: CustomStringConvertible, CustomReflectable {
    package var description: String { "<secret>" }
    package var customMirror: Mirror { Mirror(self, children: []) }
}
