// SPDX-License-Identifier: Apache-2.0

import CLibCrypto

/// A private key of the elliptic curve P-256, which signs with ECDSA (FIPS 186-5).
package final class P256PrivateKey: Sendable {
    /// The key of libcrypto.
    ///
    /// `nonisolated(unsafe)` because the pointer is constant and freed by `deinit` alone, and because libcrypto permits
    /// the use of an unchanged key by several threads (openssl-threads(7)).
    nonisolated(unsafe) private let key: OpaquePointer

    /// Makes the key for a number, 32 bytes with the highest first, which must be in 1...n-1.
    ///
    /// - Returns: nil when libcrypto refuses the number.
    package init?(_ scalar: [UInt8]) {
        precondition(scalar.count == 32, "a number of 32 bytes")
        // ECPrivateKey with the parameters prime256v1 and without the public key (RFC 5915), which libcrypto computes.
        let document: [UInt8] =
            [0x30, 0x31, 0x02, 0x01, 0x01, 0x04, 0x20] + scalar
            + [0xA0, 0x0A, 0x06, 0x08, 0x2A, 0x86, 0x48, 0xCE, 0x3D, 0x03, 0x01, 0x07]
        let made = document.withUnsafeBufferPointer { buffer -> OpaquePointer? in
            var next = buffer.baseAddress
            return d2i_PrivateKey(EVP_PKEY_EC, nil, &next, buffer.count)
        }
        guard let made else { return nil }
        key = made
    }

    deinit { EVP_PKEY_free(key) }

    /// The public key, an uncompressed point of 65 bytes (SEC 1, 2.3.3); empty when libcrypto has none.
    package var publicKey: [UInt8] {
        var point = [UInt8](repeating: 0, count: 65)
        var count = 0
        guard EVP_PKEY_get_octet_string_param(key, "pub", &point, point.count, &count) == 1, count == 65
        else {
            return []
        }
        return point
    }

    /// Returns the signature of the SHA-256 of `text`, in DER (RFC 3279, 2.2.3). It differs from call to call.
    package func sign(_ text: String) -> [UInt8] {
        let message = Array(text.utf8)
        guard let context = EVP_MD_CTX_new() else { preconditionFailure("out of memory") }
        defer { EVP_MD_CTX_free(context) }
        // A signature of P-256 has at most 72 bytes.
        var signature = [UInt8](repeating: 0, count: 80)
        var count = signature.count
        let isSigned =
            EVP_DigestSignInit(context, nil, EVP_sha256(), nil, key) == 1
            && EVP_DigestSign(context, &signature, &count, message, message.count) == 1
        precondition(isSigned, "libcrypto could not sign")
        return Array(signature[..<count])
    }

    /// Returns true when `signature` is one of the SHA-256 of `text` by this key.
    package func isSignature(_ signature: [UInt8], of text: String) -> Bool {
        let message = Array(text.utf8)
        guard let context = EVP_MD_CTX_new() else { preconditionFailure("out of memory") }
        defer { EVP_MD_CTX_free(context) }
        return EVP_DigestVerifyInit(context, nil, EVP_sha256(), nil, key) == 1
            && EVP_DigestVerify(context, signature, signature.count, message, message.count) == 1
    }
}
