// SPDX-License-Identifier: Apache-2.0

/// HMAC with SHA-256 (RFC 2104), computed as two digests. The HMAC of libcrypto allocates a context for each code,
/// which takes five times as long for texts as short as those of a signature.
package enum HMACSHA256 {
    /// The block size of SHA-256 in bytes.
    private static let block = 64

    /// Returns the authentication code, 32 bytes.
    package static func authenticate(_ text: [UInt8], key: [UInt8]) -> [UInt8] {
        let key = key.count > block ? SHA256.digest(key) : key
        let inner = SHA256.digest(padded(key, with: 0x36) + text)
        return SHA256.digest(padded(key, with: 0x5C) + inner)
    }

    /// Returns the authentication code of the UTF-8 bytes of `text`.
    package static func authenticate(_ text: String, key: [UInt8]) -> [UInt8] {
        authenticate(Array(text.utf8), key: key)
    }

    /// Returns the key, filled with zeros to one block, with each byte XORed with `byte`.
    private static func padded(_ key: [UInt8], with byte: UInt8) -> [UInt8] {
        var block = [UInt8](repeating: byte, count: block)
        for index in key.indices { block[index] ^= key[index] }
        return block
    }
}
