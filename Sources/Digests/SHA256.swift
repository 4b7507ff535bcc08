// SPDX-License-Identifier: Apache-2.0

/// SHA-256 (FIPS 180-4).
package enum SHA256 {
    /// The 32 bytes of the digest.
    package static func digest(_ bytes: [UInt8]) -> [UInt8] { bytes.withUnsafeBytes { digest($0) } }

    package static func digest(_ text: String) -> [UInt8] {
        var text = text
        return text.withUTF8 { digest(UnsafeRawBufferPointer($0)) }
    }

    private static func digest(_ bytes: UnsafeRawBufferPointer) -> [UInt8] {
        guard let digest = MessageDigest.compute(algorithm, bytes) else {
            // Approved under every policy, so its absence means a libcrypto that cannot be used at all.
            preconditionFailure("libcrypto cannot compute SHA-256")
        }
        return digest
    }

    private static let algorithm = MessageDigest.Algorithm("SHA256")
}
