// SPDX-License-Identifier: Apache-2.0

import Digests

/// A downloaded object: its bytes and its properties.
package struct S3Object: Sendable {
    package var head: ObjectHead
    package var bytes: [UInt8]
    /// True when the bytes fit a checksum of the whole object or an ETag that is their MD5. False when the response had
    /// neither, as for many multipart uploads.
    package var isVerified: Bool

    package init(head: ObjectHead, bytes: [UInt8], isVerified: Bool) {
        self.head = head
        self.bytes = bytes
        self.isVerified = isVerified
    }

    /// Returns the SHA-256 of the bytes, by which two downloads of an object are compared.
    package func digest() -> [UInt8] { SHA256.digest(bytes) }
}
