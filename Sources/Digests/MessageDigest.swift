// SPDX-License-Identifier: Apache-2.0

import CLibCrypto

/// One-shot digests of libcrypto, which uses the processor's instructions and is patched by the distribution.
enum MessageDigest {
    /// The digest of `bytes`, or nil where the installed libcrypto refuses the algorithm (MD5 under FIPS).
    static func compute(_ algorithm: OpaquePointer?, _ bytes: [UInt8]) -> [UInt8]? {
        var digest = [UInt8](repeating: 0, count: Int(EVP_MAX_MD_SIZE))
        var count: CUnsignedInt = 0
        let status = bytes.withUnsafeBytes { input in
            EVP_Digest(input.baseAddress, input.count, &digest, &count, algorithm, nil)
        }
        guard status == 1 else { return nil }
        return Array(digest.prefix(Int(count)))
    }
}
