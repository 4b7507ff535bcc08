// SPDX-License-Identifier: Apache-2.0

import CLibCrypto

/// One-shot digests of libcrypto, which uses the processor's instructions and is patched by the distribution.
enum MessageDigest {
    /// An algorithm, looked up once: by its short form (`EVP_sha256()`) libcrypto looks it up for every digest.
    /// Nothing where the installed libcrypto refuses it (MD5 under FIPS). Unchecked, because libcrypto's algorithms
    /// do not change and serve all threads.
    struct Algorithm: @unchecked Sendable {
        fileprivate let pointer: OpaquePointer?

        init(_ name: StaticString) {
            pointer = EVP_MD_fetch(nil, "\(name)", nil)
        }
    }

    /// The digest of `bytes`, or nil where there is no such algorithm.
    static func compute(_ algorithm: Algorithm, _ bytes: [UInt8]) -> [UInt8]? {
        bytes.withUnsafeBytes { compute(algorithm, $0) }
    }

    static func compute(_ algorithm: Algorithm, _ input: UnsafeRawBufferPointer) -> [UInt8]? {
        guard let pointer = algorithm.pointer else { return nil }
        var status: CInt = 0
        let digest = [UInt8](unsafeUninitializedCapacity: Int(EVP_MAX_MD_SIZE)) { digest, written in
            var count: CUnsignedInt = 0
            status = EVP_Digest(input.baseAddress, input.count, digest.baseAddress, &count, pointer, nil)
            written = status == 1 ? Int(count) : 0
        }
        return status == 1 ? digest : nil
    }
}
