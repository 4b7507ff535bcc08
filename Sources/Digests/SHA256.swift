// SPDX-License-Identifier: Apache-2.0

/// The digest SHA-256 (FIPS 180-4).
package enum SHA256 {
    /// Returns the SHA-256 of `bytes`, 32 bytes.
    package static func digest(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes { digest($0) } }

    /// Returns the SHA-256 of the UTF-8 bytes of `text`, 32 bytes.
    package static func digest(_ text: String) -> [UInt8] {
        var text = text
        return text.withUTF8 { digest(UnsafeRawBufferPointer($0)) }
    }

    private static func digest(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        guard let digest = MessageDigest.compute(algorithm, bytes) else {
            // Every configuration of libcrypto provides SHA-256, so its absence means an unusable installation.
            preconditionFailure("libcrypto cannot compute SHA-256")
        }
        return digest
    }

    private static let algorithm = MessageDigest.Algorithm("SHA256")
}
