// SPDX-License-Identifier: Apache-2.0

/// The string to sign, step 3 of "Create a signed AWS API request": algorithm, time, credential scope and the hash of
/// the canonical request, each on a line.
package struct StringToSign: Sendable, Equatable {
    /// The signing algorithm, also the first word of the `Authorization` header.
    package static let algorithm = "AWS4-HMAC-SHA256"

    package let scope: SigningScope
    /// `CanonicalRequest.hash`.
    package let canonicalHash: String

    package init(_ canonical: CanonicalRequest, scope: SigningScope) {
        self.scope = scope
        canonicalHash = canonical.hash
    }

    package var text: String { "\(Self.algorithm)\n\(scope.timestamp)\n\(scope)\n\(canonicalHash)" }
}
