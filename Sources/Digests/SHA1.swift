// SPDX-License-Identifier: Apache-2.0

/// SHA-1 (FIPS 180-4): only to compare a download with the checksum that its uploader chose.
package enum SHA1 {
    /// The 20 bytes of the digest, or nil where the installed libcrypto refuses SHA-1.
    package static func digest(_ bytes: [UInt8]) -> [UInt8]? {
        MessageDigest.compute(algorithm, bytes)
    }

    private static let algorithm = MessageDigest.Algorithm("SHA1")
}
