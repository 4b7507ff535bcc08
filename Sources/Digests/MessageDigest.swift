// SPDX-License-Identifier: Apache-2.0

import CLibCrypto

/// The computation of digests by libcrypto, which uses the digest instructions of the processor and receives the
/// security updates of the Linux distribution.
enum MessageDigest {
    /// A digest algorithm, fetched once by EVP_MD_fetch(3). The constants of libcrypto, such as `EVP_sha256()`, would
    /// be fetched again for every digest. The pointer is nil when libcrypto does not provide the algorithm, for example
    /// MD5 in a FIPS configuration.
    ///
    /// `@unchecked Sendable` because an `EVP_MD` is immutable and every thread can use it.
    struct Algorithm: @unchecked Sendable {
        fileprivate let pointer: OpaquePointer?

        init(_ name: StaticString) {
            pointer = EVP_MD_fetch(nil, "\(name)", nil)
        }
    }

    /// Returns the digest of `bytes`, or nil when libcrypto does not provide the algorithm.
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
