// SPDX-License-Identifier: Apache-2.0

/// Step 2 of Signature Version 4: algorithm, time, scope and the hash of the canonical request.
package struct StringToSign: Sendable, Equatable {
    package static let algorithm = "AWS4-HMAC-SHA256"

    package let scope: SigningScope
    package let canonicalHash: String

    package init(_ canonical: CanonicalRequest, scope: SigningScope) {
        self.scope = scope
        canonicalHash = canonical.hash
    }

    package var text: String { "\(Self.algorithm)\n\(scope.time.stamp)\n\(scope)\n\(canonicalHash)" }
}
