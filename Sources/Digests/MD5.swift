// SPDX-License-Identifier: Apache-2.0

/// MD5 (RFC 1321): only to compare a message body with the digest that SQS sends along.
package enum MD5 {
    /// The 16 bytes of the digest, or nil where the installed libcrypto refuses MD5 (a FIPS configuration).
    package static func digest(_ bytes: [UInt8]) -> [UInt8]? {
        MessageDigest.compute(algorithm, bytes)
    }

    private static let algorithm = MessageDigest.Algorithm("MD5")
}
