// SPDX-License-Identifier: Apache-2.0

import Digests

/// A downloaded object: its bytes and its properties.
package struct S3Object: Sendable {
    package var head: ObjectHead
    package var bytes: [UInt8]
    /// True when the bytes fit a checksum of the whole object or an ETag that is their MD5. False when the response had
    /// neither, as for many multipart uploads.
    package var isVerified: Bool

    /// True when the ETag has the form of an MD5 and is not that of the bytes, so that they may be damaged: the store
    /// has not shown yet whether its ETags are digests.
    package var isDoubtful: Bool

    /// False when another server can have sent the bytes: they are not verified, the response has no request id, and
    /// the store has not shown that it sends none.
    package var hasKnownOrigin: Bool

    package init(
        head: ObjectHead, bytes: [UInt8], isVerified: Bool, isDoubtful: Bool = false,
        hasKnownOrigin: Bool = true
    ) {
        self.head = head
        self.bytes = bytes
        self.isVerified = isVerified
        self.isDoubtful = isDoubtful
        self.hasKnownOrigin = hasKnownOrigin
    }

    /// Returns the SHA-256 of the bytes, by which two downloads of an object are compared.
    package func digest() -> [UInt8] { SHA256.digest(bytes) }
}
