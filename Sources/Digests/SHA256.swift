// SPDX-License-Identifier: Apache-2.0

import CLibCrypto

/// SHA-256 (FIPS 180-4).
package enum SHA256 {
    /// The 32 bytes of the digest.
    package static func digest(_ bytes: [UInt8]) -> [UInt8] {
        guard let digest = MessageDigest.compute(EVP_sha256(), bytes) else {
            // Approved under every policy, so its absence means a libcrypto that cannot be used at all.
            preconditionFailure("libcrypto cannot compute SHA-256")
        }
        return digest
    }

    package static func digest(_ text: String) -> [UInt8] { digest(Array(text.utf8)) }
}
