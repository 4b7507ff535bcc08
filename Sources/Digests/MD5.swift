// SPDX-License-Identifier: Apache-2.0

/// MD5 (RFC 1321), for the comparison of a message body with the digest that SQS sends.
package enum MD5 {
    /// Returns the digest, 16 bytes, or nil when libcrypto does not provide MD5, as in a FIPS configuration.
    package static func digest(_ bytes: [UInt8]) -> [UInt8]? {
        MessageDigest.compute(algorithm, bytes)
    }

    private static let algorithm = MessageDigest.Algorithm("MD5")
}
