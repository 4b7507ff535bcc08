// SPDX-License-Identifier: Apache-2.0

/// The digest MD5 (RFC 1321). SQS sends the MD5 of the body of each message.
package enum MD5 {
    /// Returns the MD5 of `bytes`, 16 bytes, or nil when libcrypto does not provide MD5, for example in a FIPS
    /// configuration.
    package static func digest(_ bytes: [UInt8]) -> [UInt8]? {
        MessageDigest.compute(algorithm, bytes)
    }

    private static let algorithm = MessageDigest.Algorithm("MD5")
}
