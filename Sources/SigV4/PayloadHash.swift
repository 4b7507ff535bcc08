// SPDX-License-Identifier: Apache-2.0

import Digests
import Support

/// The SHA-256 of a request's body, the last line of the canonical request.
package struct PayloadHash: Sendable, Equatable {
    /// The SHA-256 in 64 lower-case hexadecimal digits. It is also the value of the header `x-amz-content-sha256`.
    package let text: String

    /// Computes the SHA-256 of `body`.
    package init(of body: [UInt8]) {
        self = body.isEmpty ? .empty : PayloadHash(text: Hex.encode(SHA256.digest(body)))
    }

    private init(text: String) { self.text = text }

    /// The hash of the empty body. The body of requests with the method GET or HEAD is empty.
    package static let empty = PayloadHash(
        text: "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")
}
