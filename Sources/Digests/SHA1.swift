// SPDX-License-Identifier: Apache-2.0

/// SHA-1 (FIPS 180-4), for the comparison of an object with the checksum that its uploader chose.
package enum SHA1 {
    /// Returns the digest, 20 bytes, or nil when libcrypto does not provide SHA-1.
    package static func digest(_ bytes: [UInt8]) -> [UInt8]? {
        MessageDigest.compute(algorithm, bytes)
    }

    private static let algorithm = MessageDigest.Algorithm("SHA1")
}
