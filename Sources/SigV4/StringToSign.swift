// SPDX-License-Identifier: Apache-2.0

/// The string to sign (IAM User Guide, "Create a signed AWS API request", step 3). It consists of the algorithm, the
/// time, the credential scope and the hash of the canonical request, each on a line.
package struct StringToSign: Sendable, Equatable {
    package let scope: SigningScope
    /// The SHA-256 of the canonical request in 64 lower-case hexadecimal digits.
    package let canonicalHash: String

    package init(_ canonical: CanonicalRequest, scope: SigningScope) {
        self.scope = scope
        canonicalHash = canonical.hash
    }

    package var text: String { "\(scope.algorithm)\n\(scope.timestamp)\n\(scope)\n\(canonicalHash)" }
}
