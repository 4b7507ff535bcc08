// SPDX-License-Identifier: Apache-2.0

import Digests
import Support

/// How the body takes part in the signature: the last line of the canonical request.
package enum PayloadHash: Sendable, Equatable {
    /// SHA-256 of the body, in lower-case hexadecimal digits.
    case sha256(String)
    /// S3 only, and only over TLS: the signature does not cover the body.
    case unsigned

    package init(of body: [UInt8]) {
        self = body.isEmpty ? .empty : .sha256(Hex.encode(SHA256.digest(body)))
    }

    /// The hash of no bytes at all, which every GET and HEAD carries.
    package static let empty = PayloadHash.sha256(
        "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855")

    /// The text for the canonical request and for `x-amz-content-sha256`.
    package var text: String {
        switch self {
        case .sha256(let digits): digits
        case .unsigned: "UNSIGNED-PAYLOAD"
        }
    }
}
