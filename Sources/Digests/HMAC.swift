// SPDX-License-Identifier: Apache-2.0

/// HMAC with SHA-256 (RFC 2104): two digests. libcrypto's own sets up a context for each code, at five times
/// the cost for texts as short as those of a signature.
package enum HMACSHA256 {
    /// Bytes that SHA-256 takes in one step.
    private static let block = 64

    /// The 32 bytes of the authentication code.
    package static func authenticate(_ text: [UInt8], key: [UInt8]) -> [UInt8] {
        let key = key.count > block ? SHA256.digest(key) : key
        let inner = SHA256.digest(padded(key, with: 0x36) + text)
        return SHA256.digest(padded(key, with: 0x5C) + inner)
    }

    package static func authenticate(_ text: String, key: [UInt8]) -> [UInt8] {
        authenticate(Array(text.utf8), key: key)
    }

    private static func padded(_ key: [UInt8], with byte: UInt8) -> [UInt8] {
        var block = [UInt8](repeating: byte, count: block)
        for index in key.indices { block[index] ^= key[index] }
        return block
    }
}
