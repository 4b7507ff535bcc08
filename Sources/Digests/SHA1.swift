// SPDX-License-Identifier: Apache-2.0

/// The digest SHA-1 (FIPS 180-4). The uploader of an S3 object can choose it as the object's checksum.
package enum SHA1 {
    /// Returns the SHA-1 of `bytes`, 20 bytes, or nil when libcrypto does not provide SHA-1.
    package static func digest(_ bytes: [UInt8]) -> [UInt8]? {
        MessageDigest.compute(algorithm, bytes)
    }

    private static let algorithm = MessageDigest.Algorithm("SHA1")
}
