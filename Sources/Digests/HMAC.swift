// SPDX-License-Identifier: Apache-2.0

import CLibCrypto

/// HMAC with SHA-256 (RFC 2104).
package enum HMACSHA256 {
    /// The 32 bytes of the authentication code.
    package static func authenticate(_ text: [UInt8], key: [UInt8]) -> [UInt8] {
        var code = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: CUnsignedInt = 0
        let result = HMAC(EVP_sha256(), key, CInt(key.count), text, text.count, &code, &count)
        precondition(result != nil, "libcrypto cannot compute HMAC-SHA-256")
        return Array(code.prefix(Int(count)))
    }

    package static func authenticate(_ text: String, key: [UInt8]) -> [UInt8] {
        authenticate(Array(text.utf8), key: key)
    }
}
