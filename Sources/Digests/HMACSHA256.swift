// SPDX-License-Identifier: Apache-2.0

/// HMAC with SHA-256 (RFC 2104), computed from two digests. The HMAC function of libcrypto allocates a context for each
/// call and takes five times as long for the short texts of a signature.
package enum HMACSHA256 {
    /// The block size of SHA-256 in bytes.
    private static let block = 64

    /// Returns the authentication code of `text`, 32 bytes.
    package static func authenticate(_ text: [UInt8], key: [UInt8]) -> [UInt8] {
        let key = key.count > block ? SHA256.digest(key) : key
        let inner = SHA256.digest(padded(key, with: 0x36) + text)
        return SHA256.digest(padded(key, with: 0x5C) + inner)
    }

    /// Returns the authentication code of the UTF-8 bytes of `text`, 32 bytes.
    package static func authenticate(_ text: String, key: [UInt8]) -> [UInt8] {
        authenticate(Array(text.utf8), key: key)
    }

    /// Returns `key`, filled with zeros to the block size, with each byte XORed with `byte`.
    private static func padded(_ key: [UInt8], with byte: UInt8) -> [UInt8] {
        var block = [UInt8](repeating: byte, count: block)
        for index in key.indices { block[index] ^= key[index] }
        return block
    }
}
